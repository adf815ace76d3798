import { ROUTE_COUNT, type RowName } from '../harness/rows.js'

const proxied = (path: string) => `location ${path} { proxy_pass http://main; }`

/** nginx: one worker, kept-alive upstream connections, no access log. */
export function nginxConfig(row: RowName, port: number, upstreamPort: number, folder: string): string {
  const locations =
    row === 'routes' ? Array.from({ length: ROUTE_COUNT }, (_, index) => proxied(`/r${index}/items/`)) : [proxied('/items/')]
  return `daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/nginx-error.log error;
events { worker_connections 1024; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  keepalive_requests 1000000000;
  upstream main { server 127.0.0.1:${upstreamPort}; keepalive 256; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${port};
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    ${locations.join('\n    ')}
  }
}
`
}
