/**
 * What programs in a container may ask of the kernel whatever the arguments: what the default profiles of Docker and
 * Podman allow to a container without capabilities, less what docs/security.md says. A name that a kernel or a libseccomp
 * doesn't know is skipped by the runtime; what isn't here is refused. Names with 32, 64 or time64 are those of 32-bit
 * programs.
 */
export const systemCalls: readonly string[] = [
  // Files and folders
  `access cachestat chdir chmod chown chown32 close close_range copy_file_range creat dup dup2 dup3 faccessat
   faccessat2 fadvise64 fadvise64_64 fallocate fchdir fchmod fchmodat fchmodat2 fchown fchown32 fchownat fcntl fcntl64
   fdatasync flock fstat fstat64 fstatat64 fstatfs fstatfs64 fsync ftruncate ftruncate64 futimesat getcwd getdents
   getdents64 ioctl lchown lchown32 link linkat _llseek lseek lstat lstat64 mkdir mkdirat mknod mknodat
   name_to_handle_at newfstatat open openat openat2 pread64 preadv preadv2 pwrite64 pwritev pwritev2 read readahead
   readlink readlinkat readv rename renameat renameat2 rmdir sendfile sendfile64 splice stat stat64 statfs statfs64
   statx symlink symlinkat sync sync_file_range syncfs tee truncate truncate64 umask unlink unlinkat utime utimensat
   utimensat_time64 utimes vmsplice write writev`,
  // Extended attributes, and what is mounted
  `fgetxattr flistxattr fremovexattr fsetxattr getxattr getxattrat lgetxattr listmount listxattr listxattrat llistxattr
   lremovexattr lsetxattr removexattr removexattrat setxattr setxattrat statmount`,
  // Waiting for files, events and changes
  `epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old eventfd eventfd2
   inotify_add_watch inotify_init inotify_init1 inotify_rm_watch io_cancel io_destroy io_getevents io_pgetevents
   io_pgetevents_time64 io_setup io_submit _newselect pipe pipe2 poll ppoll ppoll_time64 pselect6 pselect6_time64 select
   signalfd signalfd4 timerfd_create timerfd_gettime timerfd_gettime64 timerfd_settime timerfd_settime64`,
  // Memory
  `brk madvise map_shadow_stack membarrier memfd_create mincore mlock mlock2 mlockall mmap mmap2 mprotect mremap mseal
   msync munlock munlockall munmap pkey_alloc pkey_free pkey_mprotect remap_file_pages`,
  // Processes and threads
  `capget capset execve execveat exit exit_group fork futex futex_requeue futex_time64 futex_wait futex_waitv futex_wake
   get_robust_list get_thread_area getcpu getegid getegid32 geteuid geteuid32 getgid getgid32 getgroups getgroups32
   getpgid getpgrp getpid getppid getpriority getresgid getresgid32 getresuid getresuid32 getrlimit getrusage getsid
   gettid getuid getuid32 ioprio_get ioprio_set pidfd_open prctl prlimit64 process_mrelease restart_syscall rseq
   sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr sched_getparam sched_getscheduler
   sched_rr_get_interval sched_rr_get_interval_time64 sched_setaffinity sched_setattr sched_setparam sched_setscheduler
   sched_yield set_robust_list set_thread_area set_tid_address setfsgid setfsgid32 setfsuid setfsuid32 setgid setgid32
   setgroups setgroups32 setpgid setpriority setregid setregid32 setresgid setresgid32 setresuid setresuid32 setreuid
   setreuid32 setrlimit setsid setuid setuid32 sysinfo times ugetrlimit uname uretprobe vfork wait4 waitid waitpid`,
  // What a program gives up by itself
  `landlock_add_rule landlock_create_ruleset landlock_restrict_self seccomp`,
  // Signals; kill has a rule of its own
  `pause pidfd_send_signal rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend
   rt_sigtimedwait rt_sigtimedwait_time64 rt_tgsigqueueinfo sigaltstack sigprocmask sigreturn tgkill tkill`,
  // Time, and chance
  `adjtimex alarm clock_adjtime clock_adjtime64 clock_getres clock_getres_time64 clock_gettime clock_gettime64
   clock_nanosleep clock_nanosleep_time64 getitimer getrandom gettimeofday nanosleep setitimer time timer_create
   timer_delete timer_getoverrun timer_gettime timer_gettime64 timer_settime timer_settime64`,
  // Sockets that there are; how they are made has rules of its own
  `accept accept4 bind connect getpeername getsockname getsockopt listen recv recvfrom recvmmsg recvmmsg_time64 recvmsg
   send sendmmsg sendmsg sendto setsockopt shutdown`,
  // Messages and memory between processes of the container
  `ipc mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedreceive_time64 mq_timedsend mq_timedsend_time64 mq_unlink
   msgctl msgget msgrcv msgsnd semctl semget semop semtimedop semtimedop_time64 shmat shmctl shmdt shmget`,
].flatMap(toNames);

/** Those of one processor alone; a runtime skips what the machine's doesn't have. */
export const processorCalls: Readonly<Record<"amd64" | "arm64", readonly string[]>> = {
  amd64: toNames("arch_prctl modify_ldt"),
  arm64: toNames(
    "arm_fadvise64_64 arm_sync_file_range breakpoint cacheflush set_tls sync_file_range2",
  ),
};

/**
 * Refused as if the kernel were too old to have them, so that a program takes the older way: libc from `clone3`, whose
 * flags a filter can't see, to `clone`; Node, Go and others from io_uring, which makes sockets past every filter, to
 * epoll. `socketcall` hides the family behind a pointer.
 */
export const absentCalls: readonly string[] = toNames(
  "clone3 io_uring_enter io_uring_register io_uring_setup socketcall",
);

function toNames(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
