# ruff: noqa: B018, D100, E402, T201 - cells of a notebook answer by what they print and end with
# %% [markdown]
# # Tutorial: a first notebook
#
# Everything that the command line does is a function. This page is a notebook that was run when the documentation was
# built: what stands below a cell is what the cell answered.

# %%
import bartizan

site = bartizan.load("examples/chancery")
site

# %% [markdown]
# The site is frozen: nothing that follows changes it, or its file.
#
# ## Would the layers hold?

# %%
study = bartizan.assess(site, targets=["registry"])
study

# %% [markdown]
# One row for each threat, target, state and response, the least probability of interruption first. *Proved* says that
# no other path is worse. One of them in full, `>` being the critical detection point:

# %%
result = study.results[0]
result

# %% [markdown]
# ## What if?
#
# A what-if is a list of changes, in the words of the site's file. It gives a new site; `diff` says how two differ.

# %%
slower = site.with_changes(
    [
        {"at": "element/registry-door/way/force", "set": {"delay": {"mean": 240, "sd": 72, "source": "what if"}}},
    ]
)
for change in site.diff(slower):
    print(change.at, dict(change.set))

# %%
before = min(r.p_interruption for r in study.results)
after = min(r.p_interruption for r in bartizan.assess(slower, targets=["registry"]).results)
print(f"P_I {before:.3f} -> {after:.3f}")

# %% [markdown]
# How much is enough? Sites are cheap to make, so ask for several:

# %%
for minutes in (1, 1.5, 2, 3, 5):
    change = {"at": "element/hard-line/way/force", "set": {"delay": {"mean": 60 * minutes, "sd": 18 * minutes}}}
    answer = bartizan.assess(site.with_changes([change]), targets=["registry"], threats=["lone-intruder"], count=1)
    least = min(answer.results, key=lambda result: result.p_interruption)
    elements = [step.id for step in least.paths[0].steps if step.kind == "element"]
    print(f"{minutes} min: P_I {least.p_interruption:.3f} by {' > '.join(elements)}")

# %% [markdown]
# The last lines say it: once one barrier is strong enough the adversary takes another way, and more of the same helps
# no more.
#
# ## Tables
#
# `bartizan.frames` gives four pandas frames: `results`, `paths`, `steps` and `figures`. They join on `case`, `path` and
# `step`; columns that end in `_s` are seconds.

# %%
frames = bartizan.frames(study)
frames["results"][["threat", "response", "p_interruption", "paths", "proved"]]

# %% [markdown]
# Where is an intruder first noticed, on the worst path of each case?

# %%
worst = frames["steps"].query("path == 0 and p_detection > 0")
worst.pivot_table(index="id", columns="case", values="p_first", aggfunc="sum").astype(float).round(3)

# %% [markdown]
# And who says so? Every figure carries its source, or counts as unsourced:

# %%
frames["figures"].groupby("source", dropna=False).size()

# %% [markdown]
# ## A sheet instead of a site
#
# One path as a table, the EASI way: CSV or a workbook.

# %%
from pathlib import Path
from tempfile import TemporaryDirectory

with TemporaryDirectory() as folder:
    sheet = Path(folder, "path.csv")
    sheet.write_text(
        "task,p_detection,detect_at,delay_mean,delay_sd\n"
        "cut the fence,0,,10,3\n"
        "open the door,0.9,begin,90,27\n"
        "sabotage the target,0,,120,36\n"
    )
    tasks = bartizan.read_sheet(sheet)

path = bartizan.assess_sheet(tasks, name="one path", response_mean=150, response_sd=45, p_communication=0.95)
path.results[0]

# %% [markdown]
# ## Mistakes
#
# A mistake is an error that names the thing, the place and the cure.

# %%
try:
    site.with_changes([{"at": "element/registry-dor", "remove": True}])
except bartizan.BartizanError as error:
    print(error)
