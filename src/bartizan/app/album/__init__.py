"""The pictures that rules allow to be kept: who is in them is blurred unless the signal is about them."""

from bartizan.app.album.album import Album, AlbumCounts
from bartizan.app.album.ports import KeptPicture, PictureStore

__all__ = ["Album", "AlbumCounts", "KeptPicture", "PictureStore"]
