import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { localCallers, localSignerName, signLocalToken } from '../../../../shared/adapters/local/callers.ts';
import { memorySecrets } from '../../../support/ports.ts';

const audience = 'http://localhost:8080/customers';
const caller = { id: 'reader@localhost', grants: [{ hierarchy: 'sys', role: 'reader' as const }] };
const secrets = memorySecrets({ [localSignerName]: 'a signer' });
const callers = localCallers(secrets, audience);

describe('a local token', () => {
  it('names the caller and what the caller may do', async () => {
    const token = await signLocalToken(secrets, audience, caller);
    expect(await callers.identify(`Bearer ${token.reveal()}`)).toEqual(caller);
  });

  it('for another audience is refused, and the expected audience is named', async () => {
    const token = await signLocalToken(secrets, 'http://localhost:9090/customers', caller);
    const message = `The bearer token is for another audience. This service expects ${audience}.`;
    await expect(callers.identify(`Bearer ${token.reveal()}`)).rejects.toMatchObject({ message });
  });

  it('that has expired is refused with the command for a new one', async () => {
    const key = new TextEncoder().encode((await secrets.read(localSignerName)).reveal());
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer('local')
      .setAudience(audience)
      .setExpirationTime(1)
      .sign(key);
    const message = 'The bearer token has expired: npm run --silent local:token prints a new one.';
    await expect(callers.identify(`Bearer ${token}`)).rejects.toMatchObject({ message });
  });

  it('with another signature is refused without a reason', async () => {
    const token = await signLocalToken(memorySecrets({ [localSignerName]: 'another signer' }), audience, caller);
    const message = 'The bearer token is not a valid local token for this service.';
    await expect(callers.identify(`Bearer ${token.reveal()}`)).rejects.toMatchObject({ message });
  });
});
