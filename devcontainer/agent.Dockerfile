# An agent from npm as a layer on the base image. It's installed in a stage of its own: neither the registry nor the
# build machine's CA bundle stays in the image's history.
ARG BASE
FROM ${BASE} AS install
ARG NPM_PACKAGE
ARG NPM_REGISTRY
# --ignore-scripts, or nothing where the package doesn't work without its own install scripts
ARG NPM_OPTIONS
ARG STAGE
LABEL dev.vaultbox.build-stage=${STAGE}
COPY . /tmp/build/
RUN if [ -s /tmp/build/host-ca.pem ]; then \
      export NODE_EXTRA_CA_CERTS=/tmp/build/host-ca.pem SSL_CERT_FILE=/tmp/build/host-ca.pem \
        npm_config_cafile=/tmp/build/host-ca.pem; \
    fi; \
    if [ -n "$NPM_REGISTRY" ]; then export npm_config_registry="$NPM_REGISTRY"; fi; \
    npm install --global --prefix /opt/agent --no-audit --no-fund --no-update-notifier $NPM_OPTIONS "$NPM_PACKAGE"

FROM ${BASE}
COPY --from=install /opt/agent /opt/agent
RUN ln -s /opt/agent/bin/* /usr/local/bin/
