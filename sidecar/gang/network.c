// The network in which the nodes found each other: what MPI uses, of all that a host may have (bridges, a metadata service's own).
#include "gang.h"
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <stdlib.h>
#include <sys/socket.h>

/** Of this end of a connection. */
void address_here(int fd, char address[64]) {
  struct sockaddr_in here;
  socklen_t size = sizeof here;
  if (getsockname(fd, (struct sockaddr *)&here, &size) == 0) inet_ntop(AF_INET, &here.sin_addr, address, 64);
}

static uint32_t bits(const struct sockaddr *at) { return ((const struct sockaddr_in *)at)->sin_addr.s_addr; }

/** Where the zapp, or its image, says which interface, it is that one. */
void use_network_of(const char *address) {
  struct in_addr own;
  struct ifaddrs *all;
  if (inet_pton(AF_INET, address, &own) != 1 || getifaddrs(&all) < 0) return;
  for (struct ifaddrs *one = all; one; one = one->ifa_next) {
    if (!one->ifa_addr || !one->ifa_netmask || one->ifa_addr->sa_family != AF_INET) continue;
    if ((bits(one->ifa_addr) ^ own.s_addr) & bits(one->ifa_netmask)) continue;
    setenv("OMPI_MCA_btl_tcp_if_include", one->ifa_name, 0);
    setenv("OMPI_MCA_oob_tcp_if_include", one->ifa_name, 0);
    break;
  }
  freeifaddrs(all);
}
