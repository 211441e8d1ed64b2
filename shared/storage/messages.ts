/**
 * Work for `sync_users`, sent through the sync topic. A message only names documents; they say what to do. It is committed
 * together with the change that asks for it and deleted once the queue has it, so a stored message is known to be unsent.
 */

import { codeOf } from '../domain/failure.ts';
import type { Ports, Stored, Write } from '../ports.ts';
import { unsentMessages } from './layout.ts';
import { newId } from './outbox.ts';
import { everyDocument } from './pages.ts';

export type Message =
  /** Work on this run of the customer's sync. */
  | { customer: string; sync: string }
  /** Purge what the deleted customer has left behind. */
  | { customer: string; purge: true }
  /** Continue this operation. */
  | { operation: string };

/** The document `unsent_messages/{id}`. Ids sort by time. */
interface UnsentMessage {
  message: Message;
  at: number;
}
export type Unsent = Pick<Stored<UnsentMessage>, 'path' | 'data'>;

/** A stored message that is older was left by a crash or refused by the queue; younger ones are being sent. */
const abandonedAfterMs = 60_000;
/** After this many consecutive failures the queue is down, and the rest waits for the next sweep. */
const maxConsecutiveFailures = 5;

/** @throws Failure `queue_unavailable` */
export async function sendMessage({ queue, settings }: Pick<Ports, 'queue' | 'settings'>, message: Message) {
  await queue.publish(settings.syncTopic, { data: message });
}

export function newUnsent(messages: Message[], now: number): Unsent[] {
  return messages.map((message) => ({ path: `${unsentMessages}/${newId(now)}`, data: { message, at: now } }));
}

/** The writes that store messages, for the commit of the change that asks for them. */
export function unsentWrites(unsent: Unsent[]): Write[] {
  return unsent.map(({ path, data }) => ({ set: path, data }));
}

/**
 * Sends messages that have just been committed. Never throws: a message that is not sent stays stored for the next sweep.
 * @returns how many were sent
 */
export async function sendUnsent(
  ports: Pick<Ports, 'store' | 'queue' | 'settings' | 'log'>,
  unsent: Unsent[],
): Promise<number> {
  let sent = 0;
  for (const { path, data } of unsent) {
    try {
      await sendMessage(ports, data.message);
      sent += 1;
      await ports.store.commit([{ delete: path }]);
    } catch (error) {
      ports.log.warn('message_not_sent', { ...data.message, code: codeOf(error) });
    }
  }
  return sent;
}

/**
 * Sends the messages that the queue did not get, oldest first, while `goesOn`.
 * @returns how many were sent
 */
export async function sweepMessages(
  ports: Pick<Ports, 'store' | 'queue' | 'settings' | 'log' | 'clock'>,
  goesOn: () => boolean = () => true,
): Promise<number> {
  const before = ports.clock.now() - abandonedAfterMs;
  let [swept, failures] = [0, 0];
  for await (const unsent of everyDocument<UnsentMessage>(ports.store, { collection: unsentMessages })) {
    if (unsent.data.at > before || failures >= maxConsecutiveFailures || !goesOn()) return swept;
    const sent = await sendUnsent(ports, [unsent]);
    failures = sent === 0 ? failures + 1 : 0;
    swept += sent;
  }
  return swept;
}
