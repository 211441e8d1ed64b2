import { describe, expect, it } from 'vitest';
import { googleCallers } from '../../../../shared/adapters/google/callers.ts';
import { audience, fakeGoogle } from '../../../functions/customers/google.ts';

describe('an identity token that is refused', async () => {
  const google = await fakeGoogle('portal@example.com');
  const callers = googleCallers(audience, [], google.verifier);
  const seconds = Math.floor(Date.now() / 1000);

  it.each([
    ['has expired', { iat: seconds - 7200, exp: seconds - 3600 }, 'The bearer token has expired.'],
    [
      'is for another audience',
      { aud: 'https://other.example.com' },
      `The bearer token is for another audience. This service expects ${audience}.`,
    ],
    [
      'is of another issuer',
      { iss: 'https://issuer.example.com' },
      'The bearer token is not a valid identity token for this service.',
    ],
  ])('because it %s, says so', async (_reason, claims, message) => {
    const refused = callers.identify(`Bearer ${await google.token(claims)}`);
    await expect(refused).rejects.toMatchObject({ code: 'unauthenticated', message });
  });
});
