// What an EC2 host does before its first job: programs share its network, so the metadata address is for root alone, and no job is root.
const BOUNDARY = "==zoe==";

const SCRIPT = `#!/bin/bash
set -eu
# For tasks with an address of their own; those on the host's network are kept off by the rule below.
echo ECS_AWSVPC_BLOCK_IMDS=true >> /etc/ecs/ecs.config
# A host that cannot keep its metadata to itself runs nothing.
iptables --wait -I OUTPUT -d 169.254.169.254 -m owner ! --uid-owner 0 -j REJECT || shutdown -h now
`;

/** Batch joins this with its own and takes it in this form only. */
export const HOST_START = `MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="${BOUNDARY}"

--${BOUNDARY}
Content-Type: text/x-shellscript; charset="us-ascii"

${SCRIPT}
--${BOUNDARY}--
`;
