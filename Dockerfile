# An image of a few megabytes with the program alone: no shell, no library, not root.
#
#     docker build -t plimsoll .
#     docker run --rm -v "$PWD:/manifests:ro" plimsoll check .
#     helm template my-chart | docker run --rm -i plimsoll check -
FROM debian:bookworm-slim AS build
# scripts/bootstrap installs by name what the Makefile asks for.
WORKDIR /src
COPY scripts/bootstrap scripts/bootstrap
RUN apt-get update && scripts/bootstrap build tune && rm -rf /var/lib/apt/lists/*
COPY Makefile ./
COPY tools tools
COPY schemas schemas
COPY testdata/rules testdata/rules
COPY bench/manifests bench/manifests
COPY scripts/train scripts/train
COPY src src
RUN make -j"$(nproc)" FLAVOUR=tuned static

FROM scratch
COPY --from=build /src/build/tuned/plimsoll-static /plimsoll
COPY LICENSE /LICENSE
USER 65532:65532
WORKDIR /manifests
ENTRYPOINT ["/plimsoll"]
CMD ["check", "."]
