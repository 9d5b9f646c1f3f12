/** What can be done with a run: cancel, resume, retry, delete; each asks first. */
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import {
  type FlowRun,
  useCancelFlowRun,
  useDeleteFlowRun,
  useResumeFlowRun,
  useRetryFlowRun,
} from '@/api/flow-runs';
import { errorText } from '@/api/problem';
import { CopyIcon, MoreIcon, PlayIcon, RetryIcon, StopIcon, TrashIcon } from '@/components/icons';
import { showToast } from '@/components/toasts';
import { Button, IconButton } from '@/components/ui/Button';
import { ConfirmDialog } from '@/components/ui/Dialog';
import { Menu, MenuItem, MenuSeparator } from '@/components/ui/Menu';
import { copyText } from '@/lib/copy';
import { pages } from '@/lib/paths';
import { isTerminal } from '@/lib/state';

type Question = 'cancel' | 'retry' | 'delete';

export function RunActions({ run }: { run: FlowRun }) {
  const [question, setQuestion] = useState<Question | null>(null);
  const resume = useResumeFlowRun(run.id);
  const isFinished = isTerminal(run.state_type);
  const canRetry = isFinished && run.deployment_id !== null;
  return (
    <>
      {run.state_type === 'PAUSED' && (
        <Button
          look="primary"
          disabled={resume.isPending}
          onClick={() =>
            resume.mutate(undefined, {
              onSuccess: () => showToast('The run goes on'),
              onError: (error) => showToast(errorText(error), true),
            })
          }
        >
          <PlayIcon />
          Resume
        </Button>
      )}
      {canRetry && (
        <Button onClick={() => setQuestion('retry')}>
          <RetryIcon />
          Retry
        </Button>
      )}
      {!isFinished && run.state_type !== 'CANCELLING' && (
        <Button onClick={() => setQuestion('cancel')}>
          <StopIcon />
          Cancel
        </Button>
      )}
      <Menu
        trigger={
          <IconButton label="More actions" className="size-8 border border-line bg-surface">
            <MoreIcon />
          </IconButton>
        }
      >
        <MenuItem icon={<CopyIcon />} onSelect={() => void copyText(run.id)}>
          Copy run id
        </MenuItem>
        {isFinished && !canRetry && (
          <MenuItem
            icon={<RetryIcon />}
            isDisabled
            onSelect={() => {}}
            note="It was started by a script, not by a deployment: run the script again."
          >
            Retry
          </MenuItem>
        )}
        <MenuSeparator />
        <MenuItem icon={<TrashIcon />} isDangerous onSelect={() => setQuestion('delete')}>
          Delete run
        </MenuItem>
      </Menu>
      <Questions run={run} question={question} onDone={() => setQuestion(null)} />
    </>
  );
}

type QuestionsProps = { run: FlowRun; question: Question | null; onDone: () => void };

function Questions({ run, question, onDone }: QuestionsProps) {
  const navigate = useNavigate();
  const cancel = useCancelFlowRun(run.id);
  const retry = useRetryFlowRun(run.id);
  const remove = useDeleteFlowRun(run.id);
  const report = (done: string) => ({
    onSuccess: () => {
      showToast(done);
      onDone();
    },
    onError: (error: Error) => {
      showToast(errorText(error), true);
      onDone();
    },
  });
  const dialog = { onOpenChange: (isOpen: boolean) => !isOpen && onDone() };
  const name = <strong className="font-medium text-text">{run.name}</strong>;
  return (
    <>
      <ConfirmDialog
        {...dialog}
        isOpen={question === 'cancel'}
        title="Cancel this run?"
        confirmLabel="Cancel run"
        isDangerous
        isBusy={cancel.isPending}
        onConfirm={() => cancel.mutate(undefined, report('The run is being cancelled'))}
      >
        {name} is asked to stop. Tasks that have completed stay as they are.
      </ConfirmDialog>
      <ConfirmDialog
        {...dialog}
        isOpen={question === 'retry'}
        title="Retry this run?"
        confirmLabel="Retry run"
        isBusy={retry.isPending}
        onConfirm={() => retry.mutate(undefined, report('The run is scheduled again'))}
      >
        {name} is scheduled to run again at once, under the same id.
      </ConfirmDialog>
      <ConfirmDialog
        {...dialog}
        isOpen={question === 'delete'}
        title="Delete this run?"
        confirmLabel="Delete run"
        isDangerous
        isBusy={remove.isPending}
        onConfirm={() =>
          remove.mutate(undefined, {
            ...report('The run is deleted'),
            onSuccess: () => {
              showToast('The run is deleted');
              void navigate({ to: pages.flowRuns });
            },
          })
        }
      >
        {name} goes with its task runs, states and logs. This cannot be undone.
      </ConfirmDialog>
    </>
  );
}
