/*
 * Takes all that the kernel gives this user of two things that it counts for the whole machine, says how much that was,
 * and holds it until its input ends: `hold`. Says whether there is one more of each: `look`.
 */
#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int take_timer(void) {
  timer_t timer;
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
  return timer_create(CLOCK_MONOTONIC, &event, &timer) == 0;
}

static int take_queue(int number) {
  char name[64];
  struct mq_attr size = {.mq_maxmsg = 10, .mq_msgsize = 8192};
  snprintf(name, sizeof name, "/vbx-%d-%d", getpid(), number);
  if (mq_open(name, O_CREAT | O_RDWR, 0600, &size) < 0) return 0;
  /* It counts while it's open */
  mq_unlink(name);
  return 1;
}

int main(int count, char **arguments) {
  char byte;
  int timers = 0, queues = 0;
  int most = count > 1 && strcmp(arguments[1], "hold") == 0 ? 1000000 : 1;
  while (timers < most && take_timer()) timers++;
  while (queues < most && take_queue(queues)) queues++;
  printf("timers %d queues %d\n", timers, queues);
  fflush(stdout);
  if (most > 1) read(0, &byte, 1);
  return 0;
}
