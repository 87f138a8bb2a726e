// LAMMPS from Debian, unchanged: a melt gives the same thermodynamic table on one container and on four.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startTestServer, type TestServer } from "#test/cli/zoe.ts";
import { runtimesHere } from "#test/local/container-body.ts";

const runtimes = await runtimesHere("zoe/openmpi", "zoe/lammps");
if (runtimes.length === 0) test.skip("no container runtime with the image zoe/lammps", () => {});

/** Atoms of Lennard and Jones on a lattice that melts. The velocities don't depend on how many ranks there are. */
const INPUT = `units lj
atom_style atomic
lattice fcc 0.8442
region box block 0 8 0 8 0 8
create_box 1 box
create_atoms 1 box
mass 1 1.0
velocity all create 3.0 87287 loop geom
pair_style lj/cut 2.5
pair_coeff 1 1 1.0 1.0 2.5
neighbor 0.3 bin
neigh_modify every 20 delay 0 check no
fix 1 all nve
thermo 25
run 100
`;

const DESCRIPTION = `version: 4
name: melt
uses:
  openmpi: { command: "lmp -in $ZOE_WORK_DIR/in.melt -log none" }
services:
  - name: melt
    run: gang
    framework: openmpi
    image: docker.io/zoe/lammps
    resources: { cpu: 0.5, memory: 256MiB }
    files: { in.melt: "${INPUT.replaceAll("\n", "\\n")}" }
`;

async function meltOn(server: TestServer, nodes: number) {
  const path = join(server.folder, "melt.yaml");
  writeFileSync(path, DESCRIPTION);
  const { code, out, err } = await server.zoe(["run", path, "--set", `nodes=${nodes}`]);
  expect({ code, err: code === 0 ? "" : `${out}${err}` }).toEqual({ code: 0, err: "" });
  const log = (await server.zoe(["logs", "last", "--service", "melt", "--index", "0"])).out;
  expect(log).toMatch(new RegExp(`${nodes} by 1 by 1 MPI|by \\d by \\d MPI processor grid`));
  expect(log).toContain(`on ${nodes} procs`);
  const rows = [...log.matchAll(/^ +(\d+(?: +-?[\d.]+){5}) *$/gm)].map(([, row = ""]) => row);
  return rows.map((row) => row.trim().replace(/ +/g, " "));
}

for (const { name, dockerHost } of runtimes)
  test(`${name}: a melt has the same temperatures, energies and pressures on one container and on four`, async () => {
    const flags = ["--engine", "container", "--cpus", "4"];
    const server = await startTestServer(flags, { DOCKER_HOST: dockerHost });
    try {
      const alone = await meltOn(server, 1);
      expect(alone.map((row) => row.split(" ")[0])).toEqual(["0", "25", "50", "75", "100"]);
      expect(await meltOn(server, 4)).toEqual(alone);
    } finally {
      await server.end();
    }
  });
