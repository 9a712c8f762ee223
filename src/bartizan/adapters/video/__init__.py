"""Pictures from outside: files and folders, cameras by RTSP and HTTP, devices; their secrets and their masks."""
