/** The dependency graph on canvas: boxes and curves, zoomed and panned in both directions. */
import { formatCount } from '@/lib/number';
import { NODE_HEIGHT, NODE_WIDTH, type Placed, type Point } from './dependency-layout';
import type { DependencyModel, DependencyNode } from './dependency-model';
import { fitText, roundedBar, textFont } from './paint';
import type { Palette } from './palette';
import type { Scene } from './surface';

type Camera = { x: number; y: number; scale: number };

export type DependencyEvents = {
  onHover: (hover: { node: DependencyNode; x: number; y: number } | null) => void;
  onSelect: (node: DependencyNode | null) => void;
  onOpen: (node: DependencyNode) => void;
};

const CLOSEST = 2.5;

export class DependencyScene implements Scene {
  palette: Palette;
  selectedId: string | null = null;
  private model: DependencyModel;
  private placed: Placed;
  private camera: Camera | null = null;
  private hovered: DependencyNode | null = null;
  private readonly events: DependencyEvents;
  private width = 1;
  private height = 1;

  constructor(model: DependencyModel, placed: Placed, palette: Palette, events: DependencyEvents) {
    this.model = model;
    this.placed = placed;
    this.palette = palette;
    this.events = events;
  }

  /** Takes newer states; the places stay as long as nodes and edges do. */
  update(model: DependencyModel, placed: Placed): void {
    this.model = model;
    this.placed = placed;
  }

  /** Shows the whole graph, but never larger than life. */
  fit(): void {
    const scale = Math.min(1, this.width / this.placed.width, this.height / this.placed.height);
    this.camera = {
      scale,
      x: (this.width - this.placed.width * scale) / 2,
      y: (this.height - this.placed.height * scale) / 2,
    };
  }

  draw(context: CanvasRenderingContext2D, width: number, height: number): void {
    this.width = width;
    this.height = height;
    if (!this.camera) this.fit();
    const camera = this.camera as Camera;
    context.fillStyle = this.palette.surface;
    context.fillRect(0, 0, width, height);
    context.save();
    context.translate(camera.x, camera.y);
    context.scale(camera.scale, camera.scale);
    this.paintEdges(context);
    for (const node of this.model.nodes) {
      const place = this.placed.nodes[node.id];
      if (place && this.isVisible(place, camera)) this.paintNode(context, node, place, camera.scale);
    }
    context.restore();
  }

  zoom(factor: number, x: number, y: number): void {
    if (!this.camera) return;
    const least = Math.min(0.05, this.width / this.placed.width, this.height / this.placed.height);
    const scale = Math.min(CLOSEST, Math.max(least, this.camera.scale * factor));
    const ratio = scale / this.camera.scale;
    this.camera = { scale, x: x - (x - this.camera.x) * ratio, y: y - (y - this.camera.y) * ratio };
  }

  pan(dx: number, dy: number): void {
    if (this.camera) this.camera = { ...this.camera, x: this.camera.x + dx, y: this.camera.y + dy };
  }

  hover(x: number, y: number): void {
    this.hovered = this.hit(x, y);
    this.events.onHover(this.hovered ? { node: this.hovered, x, y } : null);
  }

  leave(): void {
    this.hovered = null;
    this.events.onHover(null);
  }

  click(x: number, y: number): void {
    const node = this.hit(x, y);
    this.selectedId = node?.id ?? null;
    this.events.onSelect(node);
  }

  open(x: number, y: number): void {
    const node = this.hit(x, y);
    if (node) this.events.onOpen(node);
  }

  cursor(): string {
    return this.hovered ? 'pointer' : 'grab';
  }

  private hit(x: number, y: number): DependencyNode | null {
    if (!this.camera) return null;
    const [left, top] = [(x - this.camera.x) / this.camera.scale, (y - this.camera.y) / this.camera.scale];
    const found = this.model.nodes.find((node) => {
      const place = this.placed.nodes[node.id];
      return (
        place && Math.abs(place.x - left) <= NODE_WIDTH / 2 && Math.abs(place.y - top) <= NODE_HEIGHT / 2
      );
    });
    return found ?? null;
  }

  private isVisible(place: Point, camera: Camera): boolean {
    const [x, y] = [place.x * camera.scale + camera.x, place.y * camera.scale + camera.y];
    const [dx, dy] = [NODE_WIDTH * camera.scale, NODE_HEIGHT * camera.scale];
    return x > -dx && x < this.width + dx && y > -dy && y < this.height + dy;
  }

  private paintEdges(context: CanvasRenderingContext2D): void {
    const focus = this.selectedId ?? this.hovered?.id ?? null;
    context.lineWidth = 1.25;
    this.placed.edges.forEach((points, index) => {
      const [from, to] = this.model.edges[index] ?? ['', ''];
      const isFocused = focus !== null && (from === focus || to === focus);
      context.strokeStyle = isFocused ? this.palette.accent : this.palette.muted;
      context.globalAlpha = focus === null ? 0.55 : isFocused ? 1 : 0.2;
      paintCurve(context, points);
    });
    context.globalAlpha = 1;
  }

  private paintNode(
    context: CanvasRenderingContext2D,
    node: DependencyNode,
    place: Point,
    scale: number,
  ): void {
    const { palette } = this;
    const [x, y] = [place.x - NODE_WIDTH / 2, place.y - NODE_HEIGHT / 2];
    context.fillStyle = palette.raised;
    roundedBar(context, x, y, NODE_WIDTH, NODE_HEIGHT, 6);
    context.fill();
    const isFocused = node === this.hovered || node.id === this.selectedId;
    context.strokeStyle = isFocused ? palette.accent : palette.line;
    context.lineWidth = isFocused ? 2 : 1;
    context.stroke();
    context.fillStyle = palette.state[node.state];
    roundedBar(context, x + 6, y + 8, 4, NODE_HEIGHT - 16, 2);
    context.fill();
    // Too small to be read: the colour says enough.
    if (scale > 0.35) this.paintNodeText(context, node, x, y);
  }

  private paintNodeText(context: CanvasRenderingContext2D, node: DependencyNode, x: number, y: number): void {
    const { palette } = this;
    const count = node.items.length > 1 ? `×${formatCount(node.items.length)}` : '';
    context.textBaseline = 'middle';
    context.font = textFont(palette, 11);
    const countWidth = count ? context.measureText(count).width + 8 : 0;
    context.fillStyle = palette.muted;
    if (count) context.fillText(count, x + NODE_WIDTH - countWidth - 2, y + NODE_HEIGHT / 2 + 0.5);
    context.font = textFont(palette, 12, 500);
    context.fillStyle = palette.text;
    context.fillText(
      fitText(context, node.label, NODE_WIDTH - 28 - countWidth),
      x + 18,
      y + NODE_HEIGHT / 2 + 0.5,
    );
  }
}

function paintCurve(context: CanvasRenderingContext2D, points: Point[]): void {
  const [first, ...rest] = points;
  const last = rest.at(-1);
  if (!first || !last) return;
  context.beginPath();
  context.moveTo(first.x, first.y);
  rest.slice(0, -1).forEach((point, index) => {
    const next = rest[index + 1] as Point;
    context.quadraticCurveTo(point.x, point.y, (point.x + next.x) / 2, (point.y + next.y) / 2);
  });
  context.lineTo(last.x, last.y);
  context.stroke();
}
