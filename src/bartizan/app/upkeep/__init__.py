"""What a desk sees to of itself: its clock, its disk, and the record of who asked for what."""
