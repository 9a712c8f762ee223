"""Pictures from outside: video files, folders of pictures."""
