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
  delay = { mean = 90, sd = 27, source = "illustrative" }

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

# ---------------------------------------------------------------- what is watched

[[zone]]
id = "pavement"
area = "street"
elements = ["gate"]
polygon = [[0, 6], [40, 6], [40, 10], [0, 10]]

# [[camera]]
# id = "north"
# source = "north.avi" # a video file: this version reads no streams yet; never a name and password here
# size = [768, 576]
# model = { points = [ # picture x, y and plan x, y of at least four places, better eight
#   [60, 520, 10, 6], [710, 520, 30, 6], [180, 240, 8, 14], [590, 240, 32, 14],
# ] }

# [[rule]]
# id = "loiter-pavement"
# kind = "loitering"
# zone = "pavement"
# after = 60  # seconds
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
