"""Reports that people read and keep: self-contained pages without script or outside reference."""
