/** Tokens that a caller pastes, against the stand-in: a world for the tests of pasting and of pending grants. */

import { sampleOrganizations } from '../../local/webex/sample.ts';
import { startWebex, type WebexServer } from '../../local/webex/server.ts';
import { createWithTokens, type ExchangeResult, exchangePastedTokens } from '../../shared/connect/pasted-tokens.ts';
import { settlePendingDue } from '../../shared/connect/pending-grant.ts';
import { newCustomer, readCustomer } from '../../shared/customers/records.ts';
import { Secret } from '../../shared/domain/secret.ts';
import { minute } from '../../shared/domain/time.ts';
import { refreshTokenPlace } from '../../shared/storage/layout.ts';
import { frozenClock } from './clock.ts';
import { administrator, readConnection, type TestPorts, testPorts } from './ports.ts';

export const [acme, globex] = sampleOrganizations as [(typeof sampleOrganizations)[0], (typeof sampleOrganizations)[0]];

type Tokens = { accessToken: Secret; refreshToken: Secret };

export interface Pasting {
  webex: WebexServer;
  ports: TestPorts;
  /** Tokens of an organization, as an administrator copies them. */
  tokens(organization: { id: string }): Tokens;
  /** Webex renews nothing until the returned fault is cleared. */
  away(): string;
  /** Webex does not say who a token belongs to. */
  silentAboutOwners(): string;
  /** Creates a customer of Acme together with tokens. */
  create(tokens: Tokens, name?: string): Promise<string>;
  /** The same while Webex is away; ten minutes later Webex is back. */
  createInOutage(tokens: Tokens): Promise<string>;
  paste(id: string, tokens: Tokens): Promise<ExchangeResult>;
  /** The scheduled pass over pending grants. */
  settle(): Promise<number>;
  storedRefreshToken(id: string): Promise<string>;
  close(): Promise<void>;
}

export async function startPasting(rotation: 'keep' | 'rotate'): Promise<Pasting> {
  const clock = frozenClock();
  const webex = await startWebex({ now: clock.now, rotation });
  const ports = testPorts(webex, { clock });

  const away = () =>
    webex.control.faults({ match: { grant: 'refresh_token' }, fault: { status: 503 }, times: 'always' }).id;

  async function create(tokens: Tokens, name = 'Acme'): Promise<string> {
    const fields = { hierarchy: 'sys', name, accountNumber: acme.id, shadow: [] };
    const created = newCustomer(fields, clock.now());
    return (await createWithTokens(ports, administrator, created, tokens)).customer.id;
  }

  return {
    webex,
    ports,
    tokens({ id }) {
      const pair = webex.control.grant({ orgId: id });
      return { accessToken: new Secret(pair.access_token), refreshToken: new Secret(pair.refresh_token!) };
    },
    away,
    silentAboutOwners: () =>
      webex.control.faults({ match: { path: 'people/me' }, fault: { status: 503 }, times: 'always' }).id,
    create,
    async createInOutage(tokens) {
      const fault = away();
      const id = await create(tokens);
      webex.control.clearFaults(fault);
      clock.advance(11 * minute);
      return id;
    },
    async paste(id, tokens) {
      const { customer } = await readCustomer(ports.store, administrator, id, 'reader');
      return exchangePastedTokens(ports, administrator, customer, tokens);
    },
    settle: () => settlePendingDue(ports, { concurrency: 2, endsAt: clock.now() + minute }),
    async storedRefreshToken(id) {
      const { grant } = await readConnection(ports.store, id);
      return (await ports.sealer.open(grant!.sealedRefreshToken, refreshTokenPlace(id))).reveal();
    },
    async close() {
      await ports.store.close();
      await webex.close();
    },
  };
}
