/** A canvas with its device pixels, its frames and its pointer: what every scene needs and none wants to know. */

export type Scene = {
  draw: (context: CanvasRenderingContext2D, width: number, height: number) => void;
  /** Factor above one is closer. Coordinates are CSS pixels. */
  zoom: (factor: number, x: number, y: number) => void;
  pan: (dx: number, dy: number) => void;
  hover: (x: number, y: number) => void;
  leave: () => void;
  click: (x: number, y: number) => void;
  open: (x: number, y: number) => void;
  cursor: (x: number, y: number) => string;
};

/** A press that moved less than this is a click. */
const CLICK_SLACK = 4;

export class Surface {
  width = 0;
  height = 0;
  private readonly canvas: HTMLCanvasElement;
  private readonly scene: Scene;
  private frame = 0;
  private press: { x: number; y: number; isDrag: boolean; id: number } | null = null;
  private readonly observer: ResizeObserver;
  private readonly abort = new AbortController();

  constructor(canvas: HTMLCanvasElement, scene: Scene) {
    this.canvas = canvas;
    this.scene = scene;
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(canvas);
    this.listen();
    this.resize();
  }

  /** Draws before the next frame; many calls are one drawing. */
  invalidate(): void {
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.paint();
    });
  }

  dispose(): void {
    cancelAnimationFrame(this.frame);
    this.observer.disconnect();
    this.abort.abort();
  }

  private resize(): void {
    this.width = this.canvas.clientWidth;
    this.height = this.canvas.clientHeight;
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(this.width * ratio);
    this.canvas.height = Math.round(this.height * ratio);
    // A resized canvas is empty at once, so it is painted at once.
    this.paint();
  }

  private paint(): void {
    const context = this.canvas.getContext('2d');
    if (!context || this.width === 0) return;
    const ratio = window.devicePixelRatio || 1;
    const before = performance.now();
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.scene.draw(context, this.width, this.height);
    // Read by the browser tests, which hold the renderer to its frame budget.
    this.canvas.dataset.drawMs = (performance.now() - before).toFixed(2);
  }

  private listen(): void {
    const on = <K extends keyof HTMLElementEventMap>(type: K, run: (event: HTMLElementEventMap[K]) => void) =>
      this.canvas.addEventListener(type, run, { signal: this.abort.signal, passive: false });
    on('wheel', (event) => this.wheel(event));
    on('pointerdown', (event) => {
      if (event.button !== 0) return;
      this.press = { x: event.offsetX, y: event.offsetY, isDrag: false, id: event.pointerId };
    });
    on('pointermove', (event) => this.move(event));
    on('pointerup', (event) => {
      if (this.press && !this.press.isDrag) this.scene.click(event.offsetX, event.offsetY);
      this.press = null;
      this.invalidate();
    });
    on('pointercancel', () => {
      this.press = null;
    });
    on('pointerleave', () => {
      this.scene.leave();
      this.invalidate();
    });
    on('dblclick', (event) => this.scene.open(event.offsetX, event.offsetY));
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    const [dx, dy] = [event.deltaX * unit, event.deltaY * unit];
    if (event.shiftKey) this.scene.pan(-(dx || dy), 0);
    else if (Math.abs(dx) > Math.abs(dy)) this.scene.pan(-dx, 0);
    else this.scene.zoom(Math.exp(-dy * 0.0022), event.offsetX, event.offsetY);
    this.invalidate();
  }

  private move(event: PointerEvent): void {
    const press = this.press;
    if (
      press &&
      !press.isDrag &&
      Math.hypot(event.offsetX - press.x, event.offsetY - press.y) > CLICK_SLACK
    ) {
      press.isDrag = true;
      this.canvas.setPointerCapture(press.id);
    }
    if (press?.isDrag) {
      this.scene.pan(event.offsetX - press.x, event.offsetY - press.y);
      press.x = event.offsetX;
      press.y = event.offsetY;
      this.canvas.style.cursor = 'grabbing';
    } else {
      this.scene.hover(event.offsetX, event.offsetY);
      this.canvas.style.cursor = this.scene.cursor(event.offsetX, event.offsetY);
    }
    this.invalidate();
  }
}
