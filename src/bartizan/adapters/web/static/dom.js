// Elements made from text and attributes alone: nothing here can turn a string into markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

export const byId = (id) => document.getElementById(id);

// Shape, colour and word say the same, so that none of them is needed.
const SHAPES = {
  high: "M8 1.2 15.200 14.400H0.800Z",
  medium: "M8 0.800 15.200 8 8 15.200 0.800 8Z",
  low: "M8 1.500a6.500 6.500 0 1 1 0 13a6.500 6.500 0 0 1 0-13Z",
};

export function priorityMark(priority, size = 18) {
  const path = svg("path", { d: SHAPES[priority] ?? SHAPES.low });
  return svg("svg", { class: `mark ${priority}`, viewBox: "0 0 16 16", width: size, height: size, "aria-hidden": "true" }, path);
}
