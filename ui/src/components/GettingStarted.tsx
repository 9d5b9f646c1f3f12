/** What a page says when nothing has ever run: ten lines of Python to start with. */
import { CopyButton } from './CopyButton';
import { Mark } from './Mark';

const EXAMPLE = `from milliways import flow, task

@task(retries=2)
def square(n):
    return n * n

@flow(log_prints=True)
def hello():
    print("sum:", sum(square.map(range(10)).result()))

hello()`;

export function GettingStarted() {
  return (
    <div className="mx-auto flex w-full max-w-xl flex-col px-4 py-14">
      <Mark className="size-10" />
      <h2 className="mt-4 text-lg font-semibold tracking-tight">No runs yet</h2>
      <p className="mt-1 text-muted">
        Save these lines as <code className="font-mono text-text">hello.py</code> and run them with{' '}
        <code className="font-mono text-text">python hello.py</code>. The run appears here by itself.
      </p>
      <div className="panel relative mt-4">
        <pre className="overflow-x-auto p-4 font-mono text-xs leading-5">{EXAMPLE}</pre>
        <div className="absolute top-2 right-2">
          <CopyButton text={EXAMPLE} label="Copy the example" />
        </div>
      </div>
    </div>
  );
}
