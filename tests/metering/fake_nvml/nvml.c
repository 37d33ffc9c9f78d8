/* A stand-in for libnvidia-ml.so.1: two devices whose power follows
 *     P_i(t) = base_i + swing_i * sin^2(w_i t)     watts, t in seconds since FAKE_NVML_EPOCH_S
 * so that the energy counter is known in closed form:
 *     E_i(t) = base_i t + swing_i (t / 2 - sin(2 w_i t) / (4 w_i))
 * Faults are switched by environment variables, read at every call:
 *     FAKE_NVML_DENY=1          initialisation has no permission
 *     FAKE_NVML_NO_COUNTER=1    the energy counter is not supported
 *     FAKE_NVML_NO_POWER=1      power is not supported
 *     FAKE_NVML_RESET_AT_S=x    the counters start again from zero at t = x
 *     FAKE_NVML_LOST_AT_S=x     device 1 is lost from t = x on, before 0 already at the start
 *     FAKE_NVML_LOST=path       device 1 is lost while that file is there
 *     FAKE_NVML_NO_INSTANT=1    the instantaneous power field is not supported
 *     FAKE_NVML_PERIOD_S=x      power and counters move every x seconds only
 *     FAKE_NVML_AVERAGED=1      power usage is the mean of the last second, as since Ampere
 *     FAKE_NVML_STEP=x          the counter of device 0 gains x joules a second too much
 *     FAKE_NVML_MODULE=1        the cards are halves of a superchip
 *     FAKE_NVML_SAME=1          both cards are of one name
 *     FAKE_NVML_CLOCKS=path     a file of MHz: both SM clocks; with two numbers the second is
 *                               degrees Celsius of both cards
 *     FAKE_NVML_THROTTLE=m      clock event reasons, a bit mask
 *     FAKE_NVML_MIG=n           device 0 is cut into n MIG devices, with a gap behind the first
 * FAKE_NVML_FLAT names a file of watts: both devices draw that much, evenly, and count no energy.
 * FAKE_NVML_BLIND=1 does not tell processes.
 * FAKE_NVML_PROCESSES names a file of running processes, one "device pid bytes" a line.
 * Settings stand in the files FAKE_NVML_STATE.0 and .1 ("limit_mw locked_mhz"), as they would in a
 * driver that outlives the process; FAKE_NVML_FIXED=1 lets nobody change them, FAKE_NVML_DEAF=1
 * says that it did and keeps them. Every change is a line of the file FAKE_NVML_STATE.log.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SUCCESS = 0, INVALID = 2, NOT_SUPPORTED = 3, NO_PERMISSION = 4, NOT_FOUND = 6, LOST = 15 };
#define DEVICES 2

typedef struct { int index; double base_w, swing_w, omega; } Device;
typedef struct { unsigned int gpu, memory; } Utilisation;
typedef struct { unsigned long long total, free, used; } Memory;

static Device devices[DEVICES] = {
    {0, 100.0, 250.0, 3.0},
    {1, 60.0, 40.0, 5.0},
};

static double number(const char *name, double otherwise) {
    const char *text = getenv(name);
    return text ? atof(text) : otherwise;
}

static double now_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec - number("FAKE_NVML_EPOCH_S", 0.0);
}

/* The last moment at which a reading moved. */
static double seen_s(void) {
    double period = number("FAKE_NVML_PERIOD_S", 0.0), t = now_s();
    return period > 0 ? period * floor(t / period) : t;
}

static int lost(const Device *device) {
    const char *path = getenv("FAKE_NVML_LOST");
    if (device->index != 1) return 0;
    return (path && access(path, F_OK) == 0) || now_s() >= number("FAKE_NVML_LOST_AT_S", INFINITY);
}

static double energy_j(const Device *d, double t) {
    return d->base_w * t + d->swing_w * (t / 2 - sin(2 * d->omega * t) / (4 * d->omega));
}

static int flat(double *watts) {
    const char *path = getenv("FAKE_NVML_FLAT");
    FILE *file = path ? fopen(path, "r") : NULL;
    int known = file && fscanf(file, "%lf", watts) == 1;
    if (file) fclose(file);
    return known;
}

int nvmlInitWithFlags(unsigned int flags) {
    (void)flags;
    return getenv("FAKE_NVML_DENY") ? NO_PERMISSION : SUCCESS;
}

int nvmlShutdown(void) { return SUCCESS; }

const char *nvmlErrorString(int code) {
    switch (code) {
    case NOT_SUPPORTED: return "Not Supported";
    case NO_PERMISSION: return "Insufficient Permissions";
    case LOST: return "GPU is lost";
    default: return "Unknown Error";
    }
}

int nvmlDeviceGetCount_v2(unsigned int *count) { *count = DEVICES; return SUCCESS; }

int nvmlDeviceGetHandleByIndex_v2(unsigned int index, Device **device) {
    if (index >= DEVICES) return INVALID;
    if (lost(&devices[index])) return LOST;
    *device = &devices[index];
    return SUCCESS;
}

/* MIG devices: their power is not told, their parent's is. */
static Device migs[8] = {{100, 0, 0, 0}, {101, 0, 0, 0}, {102, 0, 0, 0}, {103, 0, 0, 0},
                         {104, 0, 0, 0}, {105, 0, 0, 0}, {106, 0, 0, 0}, {107, 0, 0, 0}};

static int is_mig(const Device *device) { return device->index >= 100; }

int nvmlDeviceGetMigMode(Device *device, unsigned int *current, unsigned int *pending) {
    if (!getenv("FAKE_NVML_MIG")) return NOT_SUPPORTED;
    *current = *pending = device->index == 0;
    return SUCCESS;
}

int nvmlDeviceGetMaxMigDeviceCount(Device *device, unsigned int *count) {
    (void)device;
    *count = 9;
    return SUCCESS;
}

int nvmlDeviceGetMigDeviceHandleByIndex(Device *device, unsigned int index, Device **mig) {
    unsigned int place = index == 0 ? 0 : index - 1; /* place 1 is empty */
    (void)device;
    if (index == 1 || place >= (unsigned int)number("FAKE_NVML_MIG", 0.0)) return NOT_FOUND;
    *mig = &migs[place];
    return SUCCESS;
}

int nvmlDeviceGetUUID(Device *device, char *uuid, unsigned int size) {
    if (is_mig(device)) {
        snprintf(uuid, size, "MIG-%08x-0000-5000-8000-000000000000", device->index - 100);
        return SUCCESS;
    }
    snprintf(uuid, size, "GPU-%08x-0000-4000-8000-%012x", 0xaa00 + device->index, device->index);
    return SUCCESS;
}

int nvmlDeviceGetName(Device *device, char *name, unsigned int size) {
    snprintf(name, size, "Scripted GPU %c", 'A' + (getenv("FAKE_NVML_SAME") ? 0 : device->index));
    return SUCCESS;
}

/* Power now, or the mean of the last second. */
static int power_mw(const Device *device, int averaged, unsigned int *milliwatts) {
    double t = seen_s(), s = sin(device->omega * t), watts;
    if (is_mig(device)) return NOT_SUPPORTED;
    if (lost(device)) return LOST;
    if (getenv("FAKE_NVML_NO_POWER")) return NOT_SUPPORTED;
    if (!flat(&watts)) watts = averaged ? energy_j(device, t) - energy_j(device, t - 1)
                                        : device->base_w + device->swing_w * s * s;
    *milliwatts = (unsigned int)lround(1e3 * watts);
    return SUCCESS;
}

int nvmlDeviceGetPowerUsage(Device *device, unsigned int *milliwatts) {
    return power_mw(device, getenv("FAKE_NVML_AVERAGED") != NULL, milliwatts);
}

typedef struct {
    unsigned int field, scope;
    long long timestamp, latency_us;
    int type, status;
    union { double d; unsigned int u; unsigned long long ull; } value;
} Field;

enum { POWER_AVERAGE = 185, POWER_INSTANT = 186, SCOPE_GPU = 0, SCOPE_MODULE = 1 };

int nvmlDeviceGetFieldValues(Device *device, int count, Field *fields) {
    int i;
    for (i = 0; i < count; ++i) {
        Field *f = &fields[i];
        int known = f->field == POWER_AVERAGE || f->field == POWER_INSTANT;
        int scope = f->scope == SCOPE_GPU || (f->scope == SCOPE_MODULE && getenv("FAKE_NVML_MODULE"));
        f->type = 1; /* unsigned int */
        f->status = NOT_SUPPORTED;
        if (!known || !scope || getenv("FAKE_NVML_NO_INSTANT")) continue;
        f->status = power_mw(device, f->field == POWER_AVERAGE, &f->value.u);
    }
    return SUCCESS;
}

int nvmlDeviceGetArchitecture(Device *device, unsigned int *architecture) {
    (void)device;
    *architecture = getenv("FAKE_NVML_NO_COUNTER") ? 4 /* Pascal */ : 9 /* Hopper */;
    return SUCCESS;
}

int nvmlDeviceGetC2cModeInfoV(Device *device, unsigned int *enabled) {
    (void)device;
    *enabled = getenv("FAKE_NVML_MODULE") != NULL;
    return SUCCESS;
}

int nvmlDeviceGetTotalEnergyConsumption(Device *device, unsigned long long *millijoules) {
    double t = seen_s(), reset_s = number("FAKE_NVML_RESET_AT_S", INFINITY);
    double joules = energy_j(device, t);
    if (lost(device)) return LOST;
    if (getenv("FAKE_NVML_NO_COUNTER") || getenv("FAKE_NVML_FLAT")) return NOT_SUPPORTED;
    if (t >= reset_s) joules -= energy_j(device, reset_s);
    else joules += 1e6; /* counts from the loading of the driver, long ago */
    if (device->index == 0) joules += t * number("FAKE_NVML_STEP", 0.0);
    *millijoules = (unsigned long long)llround(1e3 * joules);
    return SUCCESS;
}

int nvmlDeviceGetUtilizationRates(Device *device, Utilisation *rates) {
    if (lost(device)) return LOST;
    rates->gpu = 90 + device->index;
    rates->memory = 10;
    return SUCCESS;
}

int nvmlDeviceGetMemoryInfo(Device *device, Memory *memory) {
    if (lost(device)) return LOST;
    if (is_mig(device)) {
        memory->total = 10ULL << 30;
        memory->used = 5ULL << 20;
        memory->free = memory->total - memory->used;
        return SUCCESS;
    }
    memory->total = 80ULL << 30;
    memory->used = (unsigned long long)(1 + device->index) << 30;
    memory->free = memory->total - memory->used;
    return SUCCESS;
}

static int clocks(double *megahertz, double *celsius) {
    const char *path = getenv("FAKE_NVML_CLOCKS");
    FILE *file = path ? fopen(path, "r") : NULL;
    int found = file ? fscanf(file, "%lf %lf", megahertz, celsius) : 0;
    if (file) fclose(file);
    return found;
}

int nvmlDeviceGetTemperature(Device *device, int sensor, unsigned int *celsius) {
    double clock, warm;
    if (lost(device) || sensor != 0) return LOST;
    *celsius = 50 + device->index;
    if (clocks(&clock, &warm) == 2) *celsius = (unsigned int)warm;
    return SUCCESS;
}

int nvmlDeviceGetClockInfo(Device *device, int type, unsigned int *megahertz) {
    if (lost(device)) return LOST;
    double clock, warm;
    *megahertz = type == 1 ? 1980 : 2619;
    if (type == 1 && clocks(&clock, &warm) >= 1) *megahertz = (unsigned int)clock;
    return SUCCESS;
}

int nvmlDeviceGetCurrentClocksThrottleReasons(Device *device, unsigned long long *reasons) {
    if (lost(device)) return LOST;
    *reasons = (unsigned long long)number("FAKE_NVML_THROTTLE", 0.0);
    return SUCCESS;
}

static int has_state(const Device *device, unsigned int *limit, unsigned int *locked) {
    const char *base = getenv("FAKE_NVML_STATE");
    char path[4096];
    FILE *file;
    *limit = 350000;
    *locked = 0;
    if (!base) return 0;
    snprintf(path, sizeof path, "%s.%d", base, device->index);
    file = fopen(path, "r");
    if (file) {
        if (fscanf(file, "%u %u", limit, locked) != 2) *limit = 350000;
        fclose(file);
    }
    return 1;
}

static int keep(const Device *device, unsigned int limit, unsigned int locked) {
    const char *base = getenv("FAKE_NVML_STATE");
    char path[4096];
    FILE *file;
    if (lost(device)) return LOST;
    if (!base || getenv("FAKE_NVML_FIXED")) return NO_PERMISSION;
    if (getenv("FAKE_NVML_DEAF")) return SUCCESS;
    snprintf(path, sizeof path, "%s.log", base);
    file = fopen(path, "a");
    if (file) {
        fprintf(file, "%d %u %u\n", device->index, limit, locked);
        fclose(file);
    }
    snprintf(path, sizeof path, "%s.%d", base, device->index);
    file = fopen(path, "w");
    if (!file) return NO_PERMISSION;
    fprintf(file, "%u %u\n", limit, locked);
    fclose(file);
    return SUCCESS;
}

int nvmlDeviceGetPowerManagementLimit(Device *device, unsigned int *milliwatts) {
    unsigned int locked;
    if (lost(device)) return LOST;
    has_state(device, milliwatts, &locked);
    return SUCCESS;
}

int nvmlDeviceGetPowerManagementDefaultLimit(Device *device, unsigned int *milliwatts) {
    (void)device;
    *milliwatts = 400000;
    return SUCCESS;
}

int nvmlDeviceGetPowerManagementLimitConstraints(Device *device, unsigned int *low,
                                                 unsigned int *high) {
    (void)device;
    *low = 200000;
    *high = 450000;
    return SUCCESS;
}

int nvmlDeviceSetPowerManagementLimit(Device *device, unsigned int milliwatts) {
    unsigned int limit, locked;
    has_state(device, &limit, &locked);
    return keep(device, milliwatts, locked);
}

int nvmlDeviceGetMaxClockInfo(Device *device, int type, unsigned int *megahertz) {
    (void)device;
    *megahertz = type == 1 ? 2000 : 2619;
    return SUCCESS;
}

int nvmlDeviceSetGpuLockedClocks(Device *device, unsigned int low, unsigned int high) {
    unsigned int limit, locked;
    if (low != high) return INVALID;
    has_state(device, &limit, &locked);
    return keep(device, limit, high);
}

int nvmlDeviceResetGpuLockedClocks(Device *device) {
    unsigned int limit, locked;
    has_state(device, &limit, &locked);
    return keep(device, limit, 0);
}

int nvmlDeviceGetCudaComputeCapability(Device *device, int *major, int *minor) {
    (void)device;
    *major = 9;
    *minor = 0;
    return SUCCESS;
}

typedef struct {
    unsigned int pid;
    unsigned long long memory;
    unsigned int gpu_instance, compute_instance;
} Process;

int nvmlDeviceGetComputeRunningProcesses_v3(Device *device, unsigned int *count, Process *found) {
    const char *path = getenv("FAKE_NVML_PROCESSES");
    FILE *file = path ? fopen(path, "r") : NULL;
    unsigned int room = *count, index, pid;
    unsigned long long bytes;
    *count = 0;
    if (lost(device)) return LOST;
    if (getenv("FAKE_NVML_BLIND")) return NOT_SUPPORTED;
    while (file && fscanf(file, "%u %u %llu", &index, &pid, &bytes) == 3) {
        if (index != (unsigned int)device->index) continue;
        if (*count < room) found[*count] = (Process){pid, bytes, 0, 0};
        ++*count;
    }
    if (file) fclose(file);
    return *count > room ? 7 /* the buffer is too small */ : SUCCESS;
}

int nvmlDeviceGetGraphicsRunningProcesses_v3(Device *device, unsigned int *count, Process *found) {
    (void)device;
    (void)found;
    *count = 0;
    return SUCCESS;
}
