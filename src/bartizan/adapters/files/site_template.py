"""The template of a site folder: small, commented, and a site that loads and can be assessed."""

SITE = """# A site for Bartizan. docs/reference/site-file.md explains every key; `bartizan check .` reads this folder.
# The figures are illustrative: they only show where yours go. Give each of yours a source.

schema = 1

[site]
name = "New site"
# time_zone = "Europe/Vienna"  # stored times are UTC; this is for people
# default_sd = 0.3             # share of the mean; without it every time needs its own sd

# ---------------------------------------------------------------- the ground

[plan]
file = "plan.geojson"
crs = "metres" # x east, y north; or "wgs84" with origin = [longitude, latitude] and bearing = degrees

# ---------------------------------------------------------------- areas, outside in

[[area]]
id = "street"
name = "Street"
outside = true # an intruder may start here
feature = "street"

[[area]]
id = "yard"
name = "Yard"
feature = "yard"
# crossing it takes time, and somebody may be noticed on the way
[area.crossing]
p_detection = { value = 0.2, source = "illustrative" }
detect_at = "middle"
delay = { mean = 8, sd = 2.4, source = "illustrative" }

[[area]]
id = "house"
name = "House"
feature = "house"

# ---------------------------------------------------------------- elements, and the ways through them

[[element]]
id = "gate"
kind = "gate"
between = ["street", "yard"]
feature = "gate"
  [[element.way]]
  id = "climb"
  p_detection = { value = 0.5, source = "illustrative" } # sensed, transmitted and assessed
  detect_at = "middle"                                   # begin | middle | end of the task
  delay = { mean = 20, sd = 6, source = "illustrative" } # seconds
  [[element.way]]
  id = "force"
  needs = ["hand-tools"]
  detect_at = "begin" # how likely detection is, the sensor below says
  delay = { mean = 60, sd = 18, source = "illustrative" }
  # direction = "forward" # from the street only; "backward": from the yard only
  # opens = true          # it stays open behind whoever went this way: bartizan assess --forced stays-open
  # needs_count = 2       # how many it takes

[[element]]
id = "door"
kind = "door"
between = ["yard", "house"]
feature = "door"
  [[element.way]]
  id = "force"
  needs = ["hand-tools"]
  p_detection = { value = 0.9, source = "illustrative" }
  detect_at = "begin"
  delay = { mean = 90, sd = 27, trials = 5, source = "illustrative" } # trials: how sure the mean is; bartizan doubt

# ---------------------------------------------------------------- sensors

[[sensor]]
id = "gate-contact"
kind = "contact"
covers = ["gate/force"] # an element, "element/way" or an area
p_sensed = { value = 0.95, source = "illustrative" }
p_transmitted = { value = 0.99, source = "illustrative" }
p_assessed = { value = 0.9, source = "illustrative" }

# ---------------------------------------------------------------- what is to be kept, who answers, against whom

[[target]]
id = "archive"
area = "house"
at = [30, 36] # its place on the plan; needed by bartizan terrain
objective = "reach" # or "remove": whoever takes it must also get out again
  [[target.way]]
  id = "open"
  delay = { mean = 120, sd = 36, source = "illustrative" }

[[response]]
id = "guards"
arrival = { mean = 180, sd = 54, source = "illustrative" } # from the first alarm to a place that stops the intruder
p_communication = { value = 0.95, source = "illustrative" }
strength = 2

[[threat]]
id = "lone-intruder"
count = 1
has = ["hand-tools"]
speed = 2.0 # metres per second

# how a fight goes, casualty by casualty: gives P_N, and with it P_E
# [[engagement]]
# id = "guards-on-intruder"
# response = "guards"
# threat = "lone-intruder"
# law = "linear"  # the next casualty is an intruder with probability advantage; "square": r x / (r x + y)
# advantage = 0.8
# source = "illustrative"

# what somebody inside may do for an intruder: bartizan assess --insider porter
# [[insider]]
# id = "porter"
# changes = [
#   { at = "sensor/gate-contact", set = { p_assessed = { value = 0.2, source = "illustrative" } } },
# ]

# ---------------------------------------------------------------- states: one of each axis may hold

[[state]]
id = "night"
axis = "time"
changes = [
  { at = "element/gate/way/climb", set = { p_detection = { value = 0.3, source = "illustrative" } } },
]

# ---------------------------------------------------------------- what could be bought: bartizan harden . --budget 20

[[upgrade]]
id = "better-lock"
name = "Better lock on the door"
cost = 12 # in one currency for the whole site
changes = [{ at = "element/door/way/force", set = { delay = { mean = 150, sd = 45, source = "illustrative" } } }]

# ---------------------------------------------------------------- what is watched

[[zone]]
id = "pavement"
area = "street"
elements = ["gate"]
polygon = [[0, 6], [40, 6], [40, 10], [0, 10]]

[[camera]]
id = "north"
# source = "north.avi" # a video, a folder of pictures, rtsp://..., http://...; never a name and password here
size = [768, 576]
model = { points = [ # picture x, y and plan x, y of at least four places, better eight: bartizan calibrate
  [60, 520, 10, 6], [710, 520, 30, 6], [180, 240, 8, 14], [590, 240, 32, 14],
] }

[[rule]]
id = "loiter-pavement"
kind = "loitering"
zone = "pavement"
after = 60  # seconds
# pictures = true # keep the one at its signal: needs [privacy]

# ---------------------------------------------------------------- what is done about it: bartizan desk .
# Each part stands alone; take away the marks of those that you want.

# What a sensor, a door or a button tells, over MQTT (bartizan desk . --inputs BROKER) or HTTP.
# [[input]]
# id = "gate-in"
# kind = "contact" # detector | tamper | fault | duress | badge | exit
# sensor = "gate-contact"
# topic = "gate/contact"
# on = "OPEN"
# off = "CLOSED"
# held_after = 30 # seconds

# A posture: set at the desk or by a step of a procedure, it changes the site for assess and watch alike.
# [[state]]
# id = "heightened"
# axis = "posture"
# changes = [
#   { at = "response/guards", set = { arrival = { mean = 120, sd = 36, source = "illustrative" } } },
# ]

# Who can be sent, and what is done, step by step.
# [[responder]]
# id = "patrol"
# call_sign = "Patrol 1"
# response = "guards" # sending them starts that response in the interruption clock

# [[procedure]]
# id = "intruder"
# kind = "intruder"
# signals = ["intrusion", "door-open", "door-forced", "sensor"] # alarms of these kinds suggest it
# times = { acknowledged = 30, assessed = 120, dispatched = 180 } # seconds from the alarm
#   [[procedure.step]]
#   id = "look"
#   text = "Look at the cameras. Is somebody inside?"
#   who = "duty officer"
#   within = 60
#     [[procedure.step.answer]]
#     id = "yes"
#     text = "Yes"
#     next = "send"
#     [[procedure.step.answer]]
#     id = "no"
#     text = "No"
#     next = "note"
#   [[procedure.step]]
#   id = "send"
#   text = "Send the patrol, and call the police."
#   sets = "heightened"
#   [[procedure.step]]
#   id = "note"
#   text = "Write down what it was."

# Who must be there, and who is told when nobody deals with an alarm.
# [desk]
# reactivation = 30    # what cleared and comes again within so long is the same alarm
# unmanned_after = 120 # nobody on duty for so long is an alarm
# answer_every = 1800  # so often everybody on duty gives a sign of life

# [[escalation]]
# id = "high"
# priorities = ["high"]
#   [[escalation.step]]
#   after = 30
#   who = ["on-duty"]
#   [[escalation.step]]
#   after = 90
#   who = ["role/supervisor"]

# The rounds. With begins = [{ at = "22:00" }], and a time_zone in [site], they are called for by themselves.
# [[tour]]
# id = "evening-round"
#   [[tour.checkpoint]]
#   id = "gate"
#   element = "gate"
#   closes = 300 # seconds after the beginning of the round
#   # code = "GATE-4711" # where a plate there says one: then a press of a button will not do
#   [[tour.checkpoint]]
#   id = "door"
#   element = "door"
#   opens = 120
#   closes = 600

# With whom cases are shared, and up to which level: clear, green, amber, amber+strict, red (TLP 2.0).
# [[partner]]
# id = "police"
# level = "amber"

# How long evidence stays, and pictures of people.
# [evidence]
# alarm_days = 30
# case_days = 365

# [privacy]
# pictures_days = 14
# purpose = "To find out afterwards who tried the gate"
"""

PLAN = """{
  "type": "FeatureCollection",
  "features": [
    { "type": "Feature", "id": "street", "properties": { "kind": "area" },
      "geometry": { "type": "Polygon", "coordinates": [[[0, 0], [40, 0], [40, 10], [0, 10], [0, 0]]] } },
    { "type": "Feature", "id": "yard", "properties": { "kind": "area" },
      "geometry": { "type": "Polygon", "coordinates": [[[0, 10], [40, 10], [40, 25], [0, 25], [0, 10]]] } },
    { "type": "Feature", "id": "house", "properties": { "kind": "area" },
      "geometry": { "type": "Polygon", "coordinates": [[[5, 25], [35, 25], [35, 40], [5, 40], [5, 25]]] } },
    { "type": "Feature", "id": "gate", "properties": { "kind": "gate" },
      "geometry": { "type": "LineString", "coordinates": [[18, 10], [22, 10]] } },
    { "type": "Feature", "id": "door", "properties": { "kind": "door" },
      "geometry": { "type": "LineString", "coordinates": [[19, 25], [21, 25]] } },
    { "type": "Feature", "id": "wall", "properties": { "kind": "wall" },
      "geometry": { "type": "LineString", "coordinates": [[18, 10], [0, 10], [0, 25]] } }
  ]
}
"""
