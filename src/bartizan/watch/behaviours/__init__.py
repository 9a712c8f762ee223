"""What people do over time: one module per behaviour, each a pure step over the points of one track."""
