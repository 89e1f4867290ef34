import { formatCount } from '../../lib/format.ts';
import { notify } from '../../ui/notify.tsx';

/** What a replay has come to. */
export function tellReplayed({ replayed }: { replayed: number }): void {
  void notify(
    replayed > 0
      ? {
          title: 'Replaying',
          message: `${formatCount(replayed)} ${replayed === 1 ? 'webhook is' : 'webhooks are'} processed again.`,
        }
      : { color: 'yellow', title: 'Nothing to replay', message: 'There are none of which the body is still kept.' },
  );
}
