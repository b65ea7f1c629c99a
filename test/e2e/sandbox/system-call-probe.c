/* Makes each thing that a sandbox must not be able to make, and prints "NAME made" or "NAME refused". Nothing is connected. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static void report(const char *name, long number, long result) {
  printf("%s %ld %s\n", name, number, result >= 0 ? "made" : "refused");
}

static long open_socket(int family, int protocol) {
  for (int type = SOCK_STREAM; type <= SOCK_SEQPACKET; type++) {
    int made = socket(family, type, protocol);
    if (made >= 0) return close(made);
  }
  return -1;
}

/* A system call of a 32-bit program, from this 64-bit one. */
static long call32(long number, long first, long second) {
#ifdef __x86_64__
  long result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(first), "c"(second), "d"(0) : "memory", "r8", "r9", "r10", "r11");
  return result;
#else
  return -1;
#endif
}

int main(void) {
  for (int family = 0; family < 48; family++)
    if (family != AF_UNIX && family != AF_INET && family != AF_INET6 && family != AF_NETLINK)
      report("family", family, open_socket(family, 0));
  for (int protocol = 1; protocol < 32; protocol++) report("netlink", protocol, open_socket(AF_NETLINK, protocol));
  const int protocols[] = {33, 132, 136, 255, 256};
  for (int i = 0; i < 5; i++) report("internet-protocol", protocols[i], open_socket(AF_INET, protocols[i]));
  for (int family = 2; family < 48; family++) {
    int ends[2];
    report("pair", family, socketpair(family, SOCK_STREAM, 0, ends));
  }
  char space[256] = {0};
  report("io_uring_setup", 425, syscall(425, 1, space));
  report("add_key", 0, syscall(SYS_add_key, "user", "vaultbox", "x", 1, -3));
  report("keyctl", 0, syscall(SYS_keyctl, 0, -3, 1));
  report("userfaultfd", 0, syscall(SYS_userfaultfd, 1));
  report("memfd_secret", 447, syscall(447, 0));
  report("unshare", 0, syscall(SYS_unshare, 0x10000000));
  unsigned *arguments = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | 0x40, -1, 0);
  const int families[] = {AF_VSOCK, 38, 44};
  for (int i = 0; i < 3; i++) {
    arguments[0] = families[i];
    arguments[1] = SOCK_RAW;
    arguments[2] = 0;
    report("socketcall32", families[i], call32(102, 1, (long)arguments));
    report("socket32", families[i], call32(359, families[i], SOCK_STREAM));
  }
  return 0;
}
