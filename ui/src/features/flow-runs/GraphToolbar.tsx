/** The tools of the run graph. */
import { FitIcon, MinusIcon, PlusIcon } from '@/components/icons';
import { IconButton } from '@/components/ui/Button';
import { Segments } from '@/components/ui/Choice';
import { Hint } from '@/components/ui/Hint';

export type GraphMode = 'timeline' | 'dependencies';

const MODES = [
  { value: 'timeline', label: 'Timeline' },
  { value: 'dependencies', label: 'Dependencies' },
] as const;

type Props = {
  mode: GraphMode;
  onMode: (mode: GraphMode) => void;
  isGrouped: boolean;
  onGrouped: (isGrouped: boolean) => void;
  summary: string;
  onZoom: (factor: number) => void;
  onFit: () => void;
};

export function GraphToolbar(props: Props) {
  return (
    <div className="flex h-11 items-center gap-3 px-4 md:px-6">
      <Segments label="Graph" value={props.mode} options={MODES} onChange={props.onMode} />
      <span className="tabular text-xs text-muted max-sm:hidden">{props.summary}</span>
      <div className="ml-auto flex items-center gap-0.5">
        {props.mode === 'dependencies' && (
          <label className="mr-3 flex items-center gap-1.5 text-xs text-muted">
            <input
              type="checkbox"
              checked={props.isGrouped}
              onChange={(event) => props.onGrouped(event.target.checked)}
              className="accent-(--accent)"
            />
            Group runs of a task
          </label>
        )}
        <Hint text="Zoom out (-)">
          <IconButton label="Zoom out" onClick={() => props.onZoom(1 / 1.6)}>
            <MinusIcon />
          </IconButton>
        </Hint>
        <Hint text="Zoom in (+)">
          <IconButton label="Zoom in" onClick={() => props.onZoom(1.6)}>
            <PlusIcon />
          </IconButton>
        </Hint>
        <Hint text="Show all (0)">
          <IconButton label="Show all" onClick={props.onFit}>
            <FitIcon />
          </IconButton>
        </Hint>
      </div>
    </div>
  );
}
