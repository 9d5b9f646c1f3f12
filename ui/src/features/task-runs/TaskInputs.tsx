/** What a task run was given: other runs (as links), parameters of the flow, constants. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { flowRunBriefQuery } from '@/api/flow-runs';
import { type TaskRun, taskRunBriefQuery } from '@/api/task-runs';
import { Notice } from '@/components/Notice';
import { StateIcon } from '@/components/StateIcon';
import { plural } from '@/lib/number';
import { pages } from '@/lib/paths';

type Inputs = TaskRun['task_inputs'];
type Input = Inputs[string][number];

/** A reduced map may have thousands of inputs. */
const SHOWN = 50;

export function TaskInputs({ inputs }: { inputs: Inputs }) {
  const entries = Object.entries(inputs);
  if (entries.length === 0) {
    return <Notice title="No inputs">This task was called without arguments.</Notice>;
  }
  return (
    <dl className="px-4 py-2 md:px-6">
      {entries.map(([name, values]) => (
        <div
          key={name}
          className="grid grid-cols-[minmax(7rem,11rem)_1fr] gap-x-4 border-b border-line/60 py-2"
        >
          <dt className="font-mono text-xs leading-6">{name}</dt>
          <dd className="flex min-w-0 flex-wrap gap-x-4 gap-y-1 leading-6">
            {values.length === 0 && <span className="text-muted">a plain value</span>}
            {values.slice(0, SHOWN).map((value, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: inputs never move, and constants have no id
              <InputValue key={index} value={value} />
            ))}
            {values.length > SHOWN && (
              <span className="text-muted">and {plural(values.length - SHOWN, 'other')}</span>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function InputValue({ value }: { value: Input }) {
  if ('id' in value) {
    return value.input_type === 'flow_run' ? <FlowRunInput id={value.id} /> : <TaskRunInput id={value.id} />;
  }
  return (
    <span className="text-muted">
      {'name' in value ? `parameter ${value.name}` : `constant of type ${value.type}`}
    </span>
  );
}

function TaskRunInput({ id }: { id: string }) {
  const query = useQuery(taskRunBriefQuery(id));
  return (
    <Link to={pages.taskRun(id)} className="inline-flex items-center gap-1.5 hover:underline">
      {query.data?.state_type && <StateIcon type={query.data.state_type} />}
      {query.data?.name ?? id}
    </Link>
  );
}

function FlowRunInput({ id }: { id: string }) {
  const query = useQuery(flowRunBriefQuery(id));
  return (
    <Link to={pages.flowRun(id)} className="inline-flex items-center gap-1.5 hover:underline">
      {query.data?.state_type && <StateIcon type={query.data.state_type} />}
      {query.data?.name ?? id}
    </Link>
  );
}
