/** Ties a scene to a canvas element and to React's life cycle. */
import { type RefObject, useEffect, useEffectEvent, useRef } from 'react';
import type { Theme } from '@/lib/theme';
import { type Palette, readPalette } from './palette';
import { type Scene, Surface } from './surface';

type Mounted<S extends Scene> = { scene: S; surface: Surface };

/**
 * Creates the scene when the canvas appears and gives it up when it goes. `update` hands over newer data; it
 * runs after every change of `data` or of the theme.
 */
export function useCanvasScene<S extends Scene & { palette: Palette }, D>(
  canvas: RefObject<HTMLCanvasElement | null>,
  create: (palette: Palette) => S,
  update: (scene: S, data: D) => void,
  data: D,
  theme: Theme,
): RefObject<Mounted<S> | null> {
  const mounted = useRef<Mounted<S> | null>(null);
  const onCreate = useEffectEvent(create);
  const onUpdate = useEffectEvent(update);

  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const scene = onCreate(readPalette(element));
    const surface = new Surface(element, scene);
    mounted.current = { scene, surface };
    return () => {
      mounted.current = null;
      surface.dispose();
    };
  }, [canvas]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme changes what the canvas reads its colours from
  useEffect(() => {
    const current = mounted.current;
    if (!current || !canvas.current) return;
    current.scene.palette = readPalette(canvas.current);
    onUpdate(current.scene, data);
    current.surface.invalidate();
  }, [canvas, data, theme]);

  return mounted;
}

/** The keys of a canvas: arrows pan, plus and minus zoom, zero shows all. */
export function handleCanvasKey(
  event: { key: string; preventDefault: () => void },
  { scene, surface }: Mounted<Scene & { fit: () => void }>,
): void {
  const [x, y] = [surface.width / 2, surface.height / 2];
  const step = 60;
  const actions: Record<string, () => void> = {
    ArrowLeft: () => scene.pan(step, 0),
    ArrowRight: () => scene.pan(-step, 0),
    ArrowUp: () => scene.pan(0, step),
    ArrowDown: () => scene.pan(0, -step),
    '+': () => scene.zoom(1.4, x, y),
    '=': () => scene.zoom(1.4, x, y),
    '-': () => scene.zoom(1 / 1.4, x, y),
    '0': () => scene.fit(),
  };
  const action = actions[event.key];
  if (!action) return;
  event.preventDefault();
  action();
  surface.invalidate();
}
