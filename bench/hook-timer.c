/* Times a program, alternating with /bin/true: how long a caller waits from fork to exit.
   usage: hook-timer COUNT INPUT PROGRAM [ARGUMENT…]     prints two lines of COUNT microseconds: the program's, then /bin/true's */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static double run(char **argv, const char *input)
{
    struct timespec from, to;
    posix_spawn_file_actions_t actions;
    pid_t child;
    int status;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    clock_gettime(CLOCK_MONOTONIC, &from);
    if (posix_spawn(&child, argv[0], &actions, NULL, argv, environ) != 0 || waitpid(child, &status, 0) < 0 || status != 0) {
        fprintf(stderr, "%s did not run well\n", argv[0]);
        exit(1);
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
    posix_spawn_file_actions_destroy(&actions);
    return (to.tv_sec - from.tv_sec) * 1e6 + (to.tv_nsec - from.tv_nsec) / 1e3;
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        return 2;
    }
    int count = atoi(argv[1]);
    double *program = calloc(count, sizeof *program), *baseline = calloc(count, sizeof *baseline);
    char *nothing[] = {"/bin/true", NULL};
    for (int i = 0; i < count; i++) {
        program[i] = run(argv + 3, argv[2]);
        baseline[i] = run(nothing, "/dev/null");
        usleep(2000);
    }
    for (int i = 0; i < count; i++) {
        printf("%.1f ", program[i]);
    }
    printf("\n");
    for (int i = 0; i < count; i++) {
        printf("%.1f ", baseline[i]);
    }
    printf("\n");
    free(program);
    free(baseline);
    return 0;
}
