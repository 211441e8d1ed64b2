/**
 * The Webex stand-in on a thread of its own, so that its work does not count as the product's. It returns its address and a
 * grant of each member.
 */

import { parentPort, workerData } from 'node:worker_threads';
import { startWebex } from '../../../local/webex/server.ts';
import { type Member, organize } from '../../support/fleet.ts';

const { fleet, latencyMs } = workerData as { fleet: Member[]; latencyMs: number };
const { url, control } = await startWebex({ organizations: [], latencyMs });
organize(control, fleet);
const grants = Object.fromEntries(fleet.map(({ orgId }) => [orgId, control.grant({ orgId })]));
parentPort!.postMessage({ url, grants });
