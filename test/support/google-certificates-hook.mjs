/** Put in front of a process by `--import`: its requests for Google's certificates go to the test's signer. */

// An import would load all of undici for `http.WebSocket`, and be measured with what is tested.
const [http, https] = ['http', 'https'].map((name) => process.getBuiltinModule(name));

const original = https.request;

https.request = (url, options, callback) => {
  const { hostname, pathname } = new URL(String(url));
  if (hostname !== 'www.googleapis.com' || pathname !== '/oauth2/v1/certs') return original(url, options, callback);
  const { agent: _agent, ...rest } = options;
  return http.request(process.env.TEST_GOOGLE_CERTIFICATES, rest, callback);
};
