"""A user's model in ONNX: small graphs made here whose boxes are known, and all that is refused in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from bartizan.adapters.detect import OnnxDetector, OnnxDetectors
from bartizan.adapters.detect.external import external_files
from bartizan.adapters.detect.fitting import Fitting
from bartizan.adapters.detect.layouts import suppressed
from bartizan.errors import DetectorError, InputError
from bartizan.geometry.pinhole import Pinhole
from bartizan.site.detectors import DetectorEntry, onnx_model
from bartizan.site.model import Camera

PICTURE = (400, 200)  # a picture twice as wide as high: what fits it to a square input shows
SIZE = (64, 64)
CELLS = 8 * 8 + 4 * 4 + 2 * 2
MODEL = Pinhole.looking(position=(0.0, 0.0, 4.0), at=(0.0, 12.0), focal_px=300.0, size=PICTURE)


def graph(
    outputs: Mapping[str, NDArray[Any]],
    *,
    shape: Sequence[int | str] = (1, 3, 64, 64),
    picture: int = TensorProto.FLOAT,
    sizes: bool = False,
    depends: bool = True,
) -> onnx.ModelProto:
    """A model that gives these outputs whatever it sees; `depends` ties the first to the picture by adding 0."""
    inputs = [helper.make_tensor_value_info("images", picture, list(shape))]
    if sizes:
        inputs.append(helper.make_tensor_value_info("orig_target_sizes", TensorProto.INT64, ["n", 2]))
    nodes, held = [], []
    for number, (name, value) in enumerate(outputs.items()):
        held.append(numpy_helper.from_array(value, f"{name}_held"))
        if number == 0 and depends and value.dtype == np.float32 and picture == TensorProto.FLOAT:
            nodes.append(helper.make_node("ReduceSum", ["images"], ["sum"], keepdims=0))
            nodes.append(helper.make_node("Mul", ["sum", "nothing"], ["zero"]))
            nodes.append(helper.make_node("Add", [f"{name}_held", "zero"], [name]))
            held.append(numpy_helper.from_array(np.array(0.0, np.float32), "nothing"))
        else:
            nodes.append(helper.make_node("Identity", [f"{name}_held"], [name]))
    infos = [
        helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(value.dtype), value.shape)
        for name, value in outputs.items()
    ]
    made = helper.make_graph(nodes, "g", inputs, infos, held)
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def detector(folder: Path, made: onnx.ModelProto | bytes, layout: str, **settings_: Any) -> OnnxDetector:
    (folder / "model.onnx").write_bytes(made if isinstance(made, bytes) else made.SerializeToString())
    raw = {"onnx": "model.onnx", "layout": layout, "size": list(SIZE), **settings_}
    camera = Camera(id="north", model=MODEL, size=PICTURE, detector=onnx_model(DetectorEntry.model_validate(raw)))
    found = OnnxDetectors(folder).detector(camera, PICTURE)
    assert found is not None
    return found


def picture() -> NDArray[np.uint8]:
    return np.full((PICTURE[1], PICTURE[0], 3), 90, np.uint8)


def yolox_rows(cells: Mapping[int, Sequence[float]], classes: int = 2) -> dict[str, NDArray[np.float32]]:
    rows = np.zeros((1, CELLS, 5 + classes), np.float32)
    rows[0, :, 4] = 0.01
    for cell, row in cells.items():
        rows[0, cell] = row
    return {"output": rows}


def test_yolox_cells_become_boxes_of_the_picture(tmp_path: Path) -> None:
    # cell 27 of the finest grid: column 3, row 3 at stride 8; centre (3.5, 3.25) * 8 = (28, 26), size 8 by 16
    # cell 64 + 5 of the second: column 1, row 1 at stride 16; centre (1.5, 1.5) * 16 = (24, 24), size 16 by 16
    rows = yolox_rows({27: [0.5, 0.25, 0.0, np.log(2.0), 0.9, 0.8, 0.1], 69: [0.5, 0.5, 0.0, 0.0, 0.5, 0.2, 0.9]})
    one = detector(tmp_path, graph(rows), "yolox", classes={"0": "person", "1": "vehicle"})
    person, vehicle = one.detect(0.0, picture())
    # letterboxed into 64 x 64 the picture is 64 x 32: one pixel of the input is 6.25 of the picture
    assert person.box == pytest.approx((24 * 6.25, 18 * 6.25, 8 * 6.25, 14 * 6.25))  # cut at the lower edge: 32
    assert person.label == "person"
    assert person.score == pytest.approx(0.72)
    assert vehicle.box == pytest.approx((16 * 6.25, 16 * 6.25, 16 * 6.25, 16 * 6.25))
    assert vehicle.label == "vehicle"
    assert vehicle.score == pytest.approx(0.45)


def test_yolox_that_has_its_grids_inside_gives_pixels(tmp_path: Path) -> None:
    rows = yolox_rows({0: [32.0, 16.0, 10.0, 20.0, 1.0, 0.5, 0.0]})
    (one,) = detector(tmp_path, graph(rows), "yolox", decoded=True).detect(0.0, picture())
    assert one.box == pytest.approx((27 * 6.25, 6 * 6.25, 10 * 6.25, 20 * 6.25))


def test_of_two_boxes_of_a_class_that_overlap_the_better_stays_and_other_classes_stay_too(tmp_path: Path) -> None:
    same, moved = [32.0, 16.0, 10.0, 20.0], [32.5, 16.0, 10.0, 20.0]
    rows = yolox_rows({0: [*same, 0.9, 0.9, 0.0], 1: [*moved, 0.8, 0.9, 0.0], 2: [*same, 0.7, 0.0, 0.9]})
    wanted = {"0": "person", "1": "animal"}
    found = detector(tmp_path, graph(rows), "yolox", decoded=True, classes=wanted).detect(0.0, picture())
    assert [(one.label, round(one.score, 2)) for one in found] == [("person", 0.81), ("animal", 0.63)]
    kept = detector(tmp_path, graph(rows), "yolox", decoded=True, classes=wanted, overlap=1.0).detect(0.0, picture())
    assert len(kept) == 3


def test_rt_detr_shares_and_logits(tmp_path: Path) -> None:
    boxes = np.array([[[0.5, 0.5, 0.25, 0.5], [0.1, 0.2, 0.1, 0.1], [0.5, 0.5, 0.25, 0.5]]], np.float32)
    logits = np.array([[[2.0, -4.0], [-3.0, -1.0], [1.9, -4.0]]], np.float32)
    one = detector(tmp_path, graph({"pred_boxes": boxes, "logits": logits}), "rt-detr", score=0.2)
    first, second = one.detect(0.0, picture())  # the second query is below the score, and class 1 is left out
    assert first.box == pytest.approx((150.0, 50.0, 100.0, 100.0))  # stretched: shares of the picture itself
    assert first.score == pytest.approx(1.0 / (1.0 + np.exp(-2.0)))
    assert second.box == first.box  # no suppression: each query speaks for itself
    plain = detector(
        tmp_path, graph({"s": 0.1 * logits**2, "b": boxes}), "rt-detr", logits=False, classes={"1": "person"}
    )
    assert [round(found.score, 2) for found in plain.detect(0.0, picture())] == [1.0, 1.0]


def test_four_classes_are_told_from_boxes_by_name(tmp_path: Path) -> None:
    scores = np.full((1, 2, 4), -5.0, np.float32)
    scores[0, 1, 3] = 3.0
    boxes = np.array([[[0.5, 0.5, 0.2, 0.2], [0.25, 0.5, 0.5, 1.0]]], np.float32)
    one = detector(tmp_path, graph({"logits": scores, "boxes": boxes}), "rt-detr", classes={"3": "person"})
    assert one.detect(0.0, picture())[0].box == pytest.approx((0.0, 0.0, 200.0, 200.0))


def d_fine_outputs() -> dict[str, NDArray[Any]]:
    return {
        "labels": np.array([[0, 7, 0]], np.int64),
        "boxes": np.array([[[16, 8, 32, 56], [0, 0, 64, 64], [8, 8, 9, 9]]], np.float32),
        "scores": np.array([[0.9, 0.95, 0.1]], np.float32),
    }


def test_d_fine_gives_corners_in_the_size_it_is_asked_for(tmp_path: Path) -> None:
    (one,) = detector(tmp_path, graph(d_fine_outputs(), sizes=True), "d-fine").detect(0.0, picture())
    assert one.box == pytest.approx((100.0, 25.0, 100.0, 150.0))
    assert one.score == pytest.approx(0.9)


def test_the_asked_size_reaches_the_model(tmp_path: Path) -> None:
    inputs = [
        helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, 64, 64]),
        helper.make_tensor_value_info("orig_target_sizes", TensorProto.INT64, [1, 2]),
    ]
    nodes = [
        helper.make_node("Cast", ["orig_target_sizes"], ["wh"], to=TensorProto.FLOAT),
        helper.make_node("Concat", ["half", "wh"], ["row"], axis=1),
        helper.make_node("Reshape", ["row", "shape"], ["boxes"]),
        helper.make_node("Identity", ["zero"], ["labels"]),
        helper.make_node("Identity", ["one"], ["scores"]),
    ]
    held = [
        numpy_helper.from_array(np.array([[0.0, 32.0]], np.float32), "half"),
        numpy_helper.from_array(np.array([1, 1, 4], np.int64), "shape"),
        numpy_helper.from_array(np.zeros((1, 1), np.int64), "zero"),
        numpy_helper.from_array(np.ones((1, 1), np.float32), "one"),
    ]
    infos = [
        helper.make_tensor_value_info("labels", TensorProto.INT64, [1, 1]),
        helper.make_tensor_value_info("boxes", TensorProto.FLOAT, [1, 1, 4]),
        helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, 1]),
    ]
    made = helper.make_model(
        helper.make_graph(nodes, "g", inputs, infos, held),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=9,
    )
    (one,) = detector(tmp_path, made, "d-fine").detect(0.0, picture())
    assert one.box == pytest.approx((0.0, 100.0, 400.0, 100.0))


@pytest.mark.parametrize(
    ("layout", "fit", "colours", "expected"),
    [
        # the sum of the input per colour tells order, factor and filling: 64 x 32 of picture, the rest grey 114
        ("yolox", None, None, (30.0 * 2048 + 114 * 2048, 60.0 * 2048 + 114 * 2048, 90.0 * 2048 + 114 * 2048)),
        ("rt-detr", None, None, (90.0 / 255 * 4096, 60.0 / 255 * 4096, 30.0 / 255 * 4096)),
        ("yolox", "stretch", "rgb", (90.0 * 4096, 60.0 * 4096, 30.0 * 4096)),
    ],
)
def test_the_picture_reaches_the_model_as_its_layout_wants_it(
    tmp_path: Path, layout: str, fit: str | None, colours: str | None, expected: tuple[float, float, float]
) -> None:
    seen = detector(tmp_path, graph(yolox_rows({})), "yolox")
    raw = {"onnx": "m.onnx", "layout": layout, "size": list(SIZE), "fit": fit, "colours": colours}
    model = onnx_model(DetectorEntry.model_validate(raw))
    blob = type(seen._fitting)(model, PICTURE, SIZE).blob(np.full((200, 400, 3), (30, 60, 90), np.uint8))
    assert blob.shape == (1, 3, 64, 64)
    assert blob.sum(axis=(0, 2, 3)) == pytest.approx(expected, rel=1e-4)


@given(
    fit=st.sampled_from(["letterbox", "letterbox-centre", "stretch"]),
    size=st.tuples(st.integers(2, 40), st.integers(2, 40)).map(lambda pair: (pair[0] * 32, pair[1] * 32)),
    wide=st.integers(40, 2000),
    high=st.integers(40, 2000),
)
def test_what_is_drawn_at_a_place_comes_back_to_it(fit: str, size: tuple[int, int], wide: int, high: int) -> None:
    raw = {"onnx": "m.onnx", "layout": "yolox", "size": list(size), "fit": fit}
    fitting = Fitting(onnx_model(DetectorEntry.model_validate(raw)), (wide, high), size)
    image = np.zeros((high, wide, 3), np.uint8)
    left, top = wide // 4, high // 4
    image[top : 3 * top, left : 3 * left] = 255
    bright = fitting.blob(image)[0, 0] > 150
    rows, columns = np.flatnonzero(bright.any(axis=1)), np.flatnonzero(bright.any(axis=0))
    if not len(rows):
        return  # shrunk to less than a pixel
    corners = np.array([[columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]], np.float64)
    step = 1.5 * max(wide / size[0], high / size[1]) + 1.5
    assert fitting.back(corners)[0] == pytest.approx((left, top, 3 * left, 3 * top), abs=step)


@settings(max_examples=60)
@given(st.lists(st.tuples(*[st.integers(0, 12)] * 4, st.integers(0, 5), st.integers(0, 1)), max_size=24), st.data())
def test_suppression_is_that_of_brute_force(rows: list[tuple[int, ...]], data: st.DataObject) -> None:
    boxes = np.array([(x, y, x + w, y + h) for x, y, w, h, _, _ in rows], np.float64).reshape(-1, 4)
    scores, classes = np.array([row[4] for row in rows], np.float64), np.array([row[5] for row in rows], np.int64)
    most = data.draw(st.sampled_from([0.1, 0.5, 0.9]))

    def overlap(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
        cells = [
            {(x, y) for x in range(int(b[0]), int(b[2])) for y in range(int(b[1]), int(b[3]))} for b in (one, other)
        ]
        either = len(cells[0] | cells[1])
        return len(cells[0] & cells[1]) / either if either else 0.0

    kept: list[int] = []
    for index in sorted(range(len(rows)), key=lambda number: -scores[number]):
        if all(classes[index] != classes[k] or overlap(boxes[index], boxes[k]) <= most for k in kept):
            kept.append(index)
    assert suppressed(boxes, scores, classes, most) == kept


def test_boxes_that_are_no_numbers_are_dropped_and_counted(tmp_path: Path) -> None:
    outputs = d_fine_outputs()
    outputs["boxes"][0, 0, 2] = np.nan
    outputs["boxes"][0, 2] = (5, 5, 5, 9)  # no width
    outputs["scores"] = np.array([[0.9, np.inf, 0.8]], np.float32)
    one = detector(tmp_path, graph(outputs, sizes=True), "d-fine")
    assert one.detect(0.0, picture()) == []
    assert (one.counts.unusable, one.counts.flat, one.counts.dropped) == (2, 1, 3)
    wild = yolox_rows({0: [0, 0, 800.0, 0, 1, 1, 0], 1: [np.nan, 0, 0, 0, 1, 1, 0]})  # e to the 800 is no size
    many = detector(tmp_path, graph(wild), "yolox")
    assert many.detect(0.0, picture()) == []
    assert many.counts.unusable == 2


def test_more_boxes_than_anybody_can_use_are_cut_and_counted(tmp_path: Path) -> None:
    count = 700
    boxes = np.tile(np.array([[0.5, 0.5, 0.2, 0.2]], np.float32), (count, 1))[None]
    scores = np.full((1, count, 1), 4.0, np.float32)
    one = detector(tmp_path, graph({"boxes": boxes, "logits": scores}), "rt-detr")
    assert len(one.detect(0.0, picture())) == 300
    assert one.counts.surplus == 400


@pytest.mark.parametrize("shape", [(1, 3, "height", "width"), ("batch", 3, 64, 64), (1, 3, 64, "w")])
def test_open_sides_take_the_size_of_the_site(tmp_path: Path, shape: tuple[int | str, ...]) -> None:
    rows = yolox_rows({0: [32.0, 16.0, 10.0, 20.0, 1.0, 0.5, 0.0]})
    assert len(detector(tmp_path, graph(rows, shape=shape), "yolox", decoded=True).detect(0.0, picture())) == 1


def test_half_precision_and_bytes_are_taken(tmp_path: Path) -> None:
    rows = yolox_rows({0: [32.0, 16.0, 10.0, 20.0, 1.0, 0.5, 0.0]})
    for kind in (TensorProto.FLOAT16, TensorProto.UINT8):
        made = graph({"output": rows["output"].astype(np.float16)}, picture=kind)
        assert len(detector(tmp_path, made, "yolox", decoded=True).detect(0.0, picture())) == 1


def refused(folder: Path, made: onnx.ModelProto | bytes, words: str, layout: str = "yolox", **more: Any) -> None:
    with pytest.raises(DetectorError, match=words) as caught:
        detector(folder, made, layout, **more).detect(0.0, picture())
    assert (
        str(caught.value)
        .rstrip()
        .endswith(
            ("it again", "it so", "inside, or beside it", "toml", "that has it", "'d-fine'", "inference", "as .onnx")
        )
    )


def test_inputs_of_another_kind_are_refused_in_words(tmp_path: Path) -> None:
    rows = yolox_rows({})
    refused(tmp_path, graph(rows, shape=(1, 64, 64)), r"shape \(1, 64, 64\)")
    refused(tmp_path, graph(rows, shape=(2, 3, 64, 64)), r"shape \(2, 3, 64, 64\)")
    refused(tmp_path, graph(rows, shape=(1, 1, 64, 64)), r"shape \(1, 1, 64, 64\)")
    refused(tmp_path, graph(rows, picture=TensorProto.INT32), "int32")
    refused(tmp_path, graph(rows, shape=(1, 3, 96, 64)), "96 pixels high, and the site says 64")
    extra = graph(rows)
    extra.graph.input.append(helper.make_tensor_value_info("text", TensorProto.FLOAT, [1]))
    refused(tmp_path, extra, "takes images, text")


def test_outputs_of_another_layout_are_refused_in_words(tmp_path: Path) -> None:
    boxes, logits = np.zeros((1, 5, 4), np.float32), np.zeros((1, 5, 3), np.float32)
    refused(tmp_path, graph({"b": boxes, "l": logits}), "one output of shape", "yolox")
    refused(tmp_path, graph({"output": np.zeros((1, CELLS - 1, 7), np.float32)}), "84, 5 \\+ classes", "yolox")
    refused(tmp_path, graph(yolox_rows({})), "queries, 4", "rt-detr")
    refused(tmp_path, graph({"b": boxes, "l": logits[:, :4]}), "queries, 4", "rt-detr")
    refused(tmp_path, graph({"b": boxes, "l": logits}), "labels", "d-fine")


def test_files_that_are_no_model_are_refused_in_words(tmp_path: Path) -> None:
    refused(tmp_path, b"", "is not an ONNX model")
    refused(tmp_path, b"\x89PNG\r\n\x1a\n" + bytes(50), "is not an ONNX model")
    good = graph(yolox_rows({})).SerializeToString()
    refused(tmp_path, good[: len(good) // 2], "is not an ONNX model|not a model that ONNX Runtime reads")
    raw = {"onnx": "absent.onnx", "layout": "yolox", "size": [64, 64]}
    camera = Camera(id="north", model=MODEL, detector=onnx_model(DetectorEntry.model_validate(raw)))
    with pytest.raises(DetectorError, match=r"camera 'north'.*absent\.onnx: the model cannot be read"):
        OnnxDetectors(tmp_path).detector(camera, PICTURE)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_garbage_is_no_model_or_wants_no_file(content: bytes) -> None:
    with suppress(DetectorError):
        assert all(isinstance(location, str) for location in external_files(content, "m.onnx"))


def external(made: onnx.ModelProto, location: str, where: Callable[[onnx.ModelProto], Any]) -> onnx.ModelProto:
    tensor = where(made)
    tensor.data_location = TensorProto.EXTERNAL
    tensor.ClearField("raw_data")
    tensor.external_data.add(key="location", value=location)
    return made


@pytest.mark.parametrize("location", ["../secret.bin", "/etc/hostname", "weights/../../x.bin", "", "."])
def test_tensors_outside_the_models_folder_are_refused(tmp_path: Path, location: str) -> None:
    made = external(graph(yolox_rows({})), location, lambda model: model.graph.initializer[0])
    refused(tmp_path, made, "outside its own folder")


def test_a_link_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    (tmp_path / "secret.bin").write_bytes(bytes(4 * CELLS * 7))
    (folder / "w.bin").symlink_to(tmp_path / "secret.bin")
    made = external(graph(yolox_rows({})), "w.bin", lambda model: model.graph.initializer[0])
    refused(folder, made, "outside its own folder")


def test_tensors_hidden_in_a_branch_are_found_too(tmp_path: Path) -> None:
    made = graph(yolox_rows({}))
    inner = numpy_helper.from_array(np.zeros(3, np.float32), "x")
    branch = helper.make_graph([], "then", [], [], [inner])
    made.graph.node.append(helper.make_node("If", ["c"], ["y"], then_branch=branch, else_branch=branch))
    held = made.graph.node[-1].attribute[0].g.initializer[0]
    external(made, "../../x.bin", lambda _: held)
    refused(tmp_path, made, "outside its own folder")
    constant = graph(yolox_rows({}))
    constant.graph.node.append(helper.make_node("Constant", [], ["k"], value=inner))
    external(constant, "../x.bin", lambda model: model.graph.node[-1].attribute[0].t)
    refused(tmp_path, constant, "outside its own folder")


def test_tensors_beside_the_model_are_read(tmp_path: Path) -> None:
    rows = yolox_rows({0: [32.0, 16.0, 10.0, 20.0, 1.0, 0.5, 0.0]})
    made = graph(rows)
    (tmp_path / "w.bin").write_bytes(rows["output"].tobytes())
    external(made, "w.bin", lambda model: model.graph.initializer[0])
    assert len(detector(tmp_path, made, "yolox", decoded=True).detect(0.0, picture())) == 1


def test_a_provider_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    refused(
        tmp_path, graph(yolox_rows({})), r"no provider 'teapot' on this machine; it has .*cpu", providers=["teapot"]
    )
    assert (
        detector(tmp_path, graph(yolox_rows({})), "yolox", providers=["CPUExecutionProvider"]).detect(0.0, picture())
        == []
    )


def test_a_picture_of_another_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="400 x 200"):
        detector(tmp_path, graph(yolox_rows({})), "yolox").detect(0.0, np.zeros((200, 300, 3), np.uint8))


def test_cameras_with_one_model_share_it_and_others_have_none(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(graph(yolox_rows({})).SerializeToString())
    raw = {"onnx": "model.onnx", "layout": "yolox", "size": [64, 64]}
    made = OnnxDetectors(tmp_path)
    model = onnx_model(DetectorEntry.model_validate(raw))
    one, other = (made.detector(Camera(id=name, model=MODEL, detector=model), PICTURE) for name in "ab")
    assert one is not None
    assert other is not None
    assert one._opened is other._opened
    assert made.detector(Camera(id="c", model=MODEL), PICTURE) is None
