/** Small drawing words that both scenes use. */
import type { Palette } from './palette';

export function roundedBar(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  width: number,
  height: number,
  radius = 3,
): void {
  context.beginPath();
  context.roundRect(x, y, width, height, Math.min(radius, width / 2, height / 2));
}

/** Cuts a text with an ellipsis so that it fits. Widths are estimated first: measuring is the dear part. */
export function fitText(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (width < 14) return '';
  if (context.measureText(text).width <= width) return text;
  let [low, high] = [0, text.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (context.measureText(`${text.slice(0, middle)}…`).width <= width) low = middle;
    else high = middle - 1;
  }
  return low === 0 ? '' : `${text.slice(0, low)}…`;
}

export const textFont = (palette: Palette, size: number, weight = 400): string =>
  `${weight} ${size}px ${palette.font}`;

const hatches = new Map<string, CanvasPattern>();

/** Diagonal stripes: failed bars are told from others without their colour. */
export function hatch(context: CanvasRenderingContext2D, color: string): CanvasPattern | string {
  const known = hatches.get(color);
  if (known) return known;
  const tile = document.createElement('canvas');
  tile.width = 6;
  tile.height = 6;
  const brush = tile.getContext('2d');
  if (!brush) return color;
  brush.strokeStyle = color;
  brush.lineWidth = 1.4;
  brush.beginPath();
  for (const shift of [-6, 0, 6]) {
    brush.moveTo(shift, 6);
    brush.lineTo(shift + 6, 0);
  }
  brush.stroke();
  const pattern = context.createPattern(tile, 'repeat');
  if (!pattern) return color;
  hatches.set(color, pattern);
  return pattern;
}
