import { prefixes, type RowName } from '../harness/rows.js'

/** nginx: one worker, kept-alive upstream connections, no access log; bodies pass without a file in between. */
export function nginxConfig(row: RowName, port: number, upstreamPort: number, folder: string): string {
  const upgrade = row === 'websocket' ? 'proxy_set_header Upgrade $http_upgrade; ' : ''
  const locations = prefixes(row).map((prefix) => `location ${prefix}/ { proxy_pass http://main; }`)
  return `daemon off;
worker_processes 1;
worker_rlimit_nofile 20000;
pid ${folder}/nginx-${row}.pid;
error_log ${folder}/nginx-error.log error;
events { worker_connections 16384; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  proxy_max_temp_file_size 0;
  proxy_request_buffering off;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  keepalive_requests 1000000000;
  upstream main { server 127.0.0.1:${upstreamPort}; keepalive 256; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${port};
    proxy_http_version 1.1;
    ${upgrade}proxy_set_header Connection "${upgrade ? 'upgrade' : ''}";
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    ${locations.join('\n    ')}
  }
}
`
}
