# Sluice as a container: the daemon by default, every other command of the CLI by its name.
# Needs SLUICE_TOKEN_SHA256, a volume on /data, and migrations under /etc/sluice/migrations: docs/operations.md.
FROM node:24-slim

WORKDIR /app
ENV NODE_ENV=production

# The packages first: they change less often than the source. Nothing of them has to run at installation.
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force

COPY src ./src
COPY config/container.yaml ./config/container.yaml
# Served at /runbook and behind the type of every problem.
COPY docs/runbook.md ./docs/runbook.md
COPY policies /etc/sluice/policies

# /data alone is writable. What is there is all that the next container knows of open shifts.
RUN mkdir -p /etc/sluice/migrations /data \
  && chown 1000:1000 /data \
  && chmod 755 src/cli/main.ts \
  && ln -s /app/src/cli/main.ts /usr/local/bin/sluice

# The image's user `node`, as a number: Kubernetes' runAsNonRoot cannot read a name.
USER 1000:1000
ENV SLUICE_CONFIG=/app/config/container.yaml
VOLUME /data
EXPOSE 8080

HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.SLUICE_PORT || 8080}/livez`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]

# Exec form: node is process 1 and gets SIGTERM itself.
ENTRYPOINT ["node", "/app/src/cli/main.ts"]
CMD ["serve"]
