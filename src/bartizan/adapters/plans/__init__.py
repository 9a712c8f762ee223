"""Plans drawn elsewhere: OpenStreetMap extracts, DXF drawings, GeoJSON."""
