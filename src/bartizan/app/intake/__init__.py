"""What sensors, doors, buttons, other programs and people tell the desk, as signals; and alarms told onward.

A payload is read by the site file (`reading`), a panel turns readings into signals (`panel`), the inbox makes them
durable on the desk before it says that it has them (`inbox`). A report by hand is a signal too (`report`).
"""
