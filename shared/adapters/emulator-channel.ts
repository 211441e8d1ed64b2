/** How Google's gRPC clients reach an emulator: without TLS and without credentials. */

/** Options for a generated client. @param host `host:port` */
export async function emulatorChannel(host: string) {
  const { grpc } = await import('google-gax');
  const { hostname, port } = new URL(`http://${host}`);
  return { servicePath: hostname, port: Number(port), sslCreds: grpc.credentials.createInsecure() };
}
