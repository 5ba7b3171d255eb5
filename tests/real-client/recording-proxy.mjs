// Sits between the hook program and the receiver and keeps every body that it forwards, decompressed.
import http from 'node:http';
import zlib from 'node:zlib';

export function recordingProxy(port, target, bodies) {
  const server = http.createServer((request, response) => {
    const chunks = [];
    request.on('data', chunk => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      bodies.push({ url: request.url, body: request.headers['content-encoding'] === 'gzip' ? zlib.gunzipSync(body).toString() : body.toString() });
      const onward = http.request({ host: '127.0.0.1', port: target, path: request.url, method: request.method, headers: request.headers }, answer => {
        response.writeHead(answer.statusCode, answer.headers);
        answer.pipe(response);
      });
      onward.on('error', () => response.writeHead(502).end());
      onward.end(body);
    });
  });
  return new Promise(resolve => server.listen(port, '127.0.0.1', () => resolve(server)));
}
