// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Weft Authors
//
// module_main.cpp: tb/common/tb.h on top of one Verilated module, and the main() of a bench.
//
// The clock is lazy: after a rising edge `clk` stays 1 until the next tb_eval() or tb_tick(), which
// then lowers it together with the new inputs. Nothing in the RTL listens to the falling edge, so
// one model evaluation is saved in every cycle in which the bench calls tb_eval().

#include "common/tb.h"
#include "model.h"

#include <chrono>
#include <cinttypes>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the harness copies bytes to and from the model and needs a little-endian host"
#endif

struct tb_sig {
    const char *name;
    uint8_t *bytes;
    unsigned width;
    unsigned size;
    bool input;
};

struct tb {
    std::vector<tb_sig> sigs;
    uint8_t *clk;
    uint8_t *rst;
    bool waves;
    bool lengthy;
    uint64_t cycle;
    uint64_t seed;
    uint64_t s[4]; // xoshiro256**
    unsigned failures;
};

namespace {
tb *the_tb; // for the complaints of the model, which carry no context
const unsigned max_failures = 10;

[[noreturn]] void usage_error(const char *fmt, const char *what) {
    std::fflush(stdout);
    std::fprintf(stderr, "%s: ", model_name);
    std::fprintf(stderr, fmt, what);
    std::fputc('\n', stderr);
    std::exit(2);
}

void print_repeat(const tb *t) {
    std::printf("  repeat: %s SEED=%" PRIu64 "%s\n", model_repeat, t->seed,
                t->lengthy ? " WEFT_LONG=1" : "");
}

[[noreturn]] void give_up(tb *t) {
    print_repeat(t);
    std::printf("%s %s: FAILED, %u failures, gave up in cycle %" PRIu64 "\n", model_name,
                model_flags, t->failures, t->cycle);
    std::fflush(stdout);
    model_close();
    std::_Exit(1);
}

uint64_t splitmix(uint64_t *x) {
    uint64_t z = (*x += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

uint64_t rotl(uint64_t v, int k) { return (v << k) | (v >> (64 - k)); }

uint64_t low_mask(unsigned width) { return width >= 64 ? ~uint64_t{0} : (uint64_t{1} << width) - 1; }

// "8", "0x10", "8'hff", "4'd9"
uint64_t parse_number(const char *s) {
    const char *tick = std::strchr(s, '\'');
    if (!tick) return std::strtoull(s, nullptr, 0);
    switch (tick[1]) {
    case 'h': return std::strtoull(tick + 2, nullptr, 16);
    case 'd': return std::strtoull(tick + 2, nullptr, 10);
    case 'o': return std::strtoull(tick + 2, nullptr, 8);
    case 'b': return std::strtoull(tick + 2, nullptr, 2);
    default: return std::strtoull(tick + 1, nullptr, 10);
    }
}

bool find_sig(tb *t, const char *name, tb_sig **out) {
    for (tb_sig &s : t->sigs) {
        if (std::strcmp(s.name, name) == 0) {
            *out = &s;
            return true;
        }
    }
    return false;
}

void need_range(const tb_sig *s, unsigned lsb, unsigned width, unsigned limit) {
    if (width > limit || lsb > s->width || width > s->width - lsb) {
        std::fflush(stdout);
        std::fprintf(stderr, "%s: bench uses bits %u..%u of port %s, which has %u bits%s\n",
                     model_name, lsb, lsb + width - 1, s->name, s->width,
                     width > limit ? " (64 at a time)" : "");
        std::exit(2);
    }
}

void need_input(const tb_sig *s) {
    if (!s->input) usage_error("bench drives %s, which is an output", s->name);
}

void banner(tb *t, const char *kind, const char *fmt, va_list ap) {
    std::printf("tb/%s.c: cycle %" PRIu64 ": %s", model_name, t->cycle, kind);
    std::vprintf(fmt, ap);
    std::fputc('\n', stdout);
}

int usage(FILE *to, int status) {
    std::fprintf(to,
                 "usage: bench of %s [--seed N] [--long] [--wave FILE.fst]\n"
                 "  --seed N     seed of all random choices (default 1)\n"
                 "  --long       the long version of the random tests; so does WEFT_LONG=1\n"
                 "  --wave F     write waves; needs a build made with WAVES=1\n",
                 model_name);
    return status;
}
} // namespace

void model_complaint(const char *what, const char *file, int line) {
    if (the_tb) {
        tb_fail(the_tb, "%s:%d: %s in the RTL", file, line,
                std::strcmp(what, "$stop") == 0 ? "assertion or $stop" : what);
        return;
    }
    std::printf("%s:%d: %s before the bench began\n", file, line, what);
    std::fflush(stdout);
    std::_Exit(1);
}

extern "C" {

tb_sig *tb_sig_find(tb *t, const char *name) {
    tb_sig *s;
    if (!find_sig(t, name, &s)) usage_error("the module has no port named %s", name);
    return s;
}

bool tb_sig_exists(tb *t, const char *name) {
    tb_sig *s;
    return find_sig(t, name, &s);
}

unsigned tb_sig_width(const tb_sig *s) { return s->width; }

void tb_set(tb_sig *s, uint64_t v) {
    need_input(s);
    v &= low_mask(s->width);
    switch (s->size) {
    case 1: *s->bytes = static_cast<uint8_t>(v); break;
    case 2: std::memcpy(s->bytes, &v, 2); break;
    case 4: std::memcpy(s->bytes, &v, 4); break;
    case 8: std::memcpy(s->bytes, &v, 8); break;
    default:
        std::memcpy(s->bytes, &v, 8);
        std::memset(s->bytes + 8, 0, s->size - 8);
        break;
    }
}

uint64_t tb_get(const tb_sig *s) {
    uint64_t v = 0;
    switch (s->size) {
    case 1: return *s->bytes;
    case 2: std::memcpy(&v, s->bytes, 2); return v;
    case 4: std::memcpy(&v, s->bytes, 4); return v;
    default: std::memcpy(&v, s->bytes, 8); return v;
    }
}

void tb_set_bits(tb_sig *s, unsigned lsb, unsigned width, uint64_t v) {
    need_input(s);
    need_range(s, lsb, width, 64);
    v &= low_mask(width);
    for (unsigned done = 0; done < width;) {
        unsigned bit = (lsb + done) & 7, take = 8 - bit;
        if (take > width - done) take = width - done;
        uint8_t *p = s->bytes + (lsb + done) / 8;
        uint8_t mask = static_cast<uint8_t>(((1u << take) - 1u) << bit);
        *p = static_cast<uint8_t>((*p & ~mask) | (((v >> done) << bit) & mask));
        done += take;
    }
}

uint64_t tb_get_bits(const tb_sig *s, unsigned lsb, unsigned width) {
    need_range(s, lsb, width, 64);
    if (width == 0) return 0;
    unsigned first = lsb / 8, shift = lsb & 7, n = (shift + width + 7) / 8;
    uint64_t v = 0;
    std::memcpy(&v, s->bytes + first, n > 8 ? 8 : n);
    v >>= shift;
    if (n > 8) v |= uint64_t{s->bytes[first + 8]} << (64 - shift);
    return v & low_mask(width);
}

void tb_set_bytes(tb_sig *s, unsigned byte_off, const void *src, size_t n) {
    need_input(s);
    if (n > (s->width + 7) / 8 || byte_off > (s->width + 7) / 8 - n)
        usage_error("bench writes bytes outside port %s", s->name);
    std::memcpy(s->bytes + byte_off, src, n);
    if (byte_off + n == (s->width + 7) / 8 && (s->width & 7))
        s->bytes[byte_off + n - 1] &= static_cast<uint8_t>((1u << (s->width & 7)) - 1);
}

void tb_get_bytes(const tb_sig *s, unsigned byte_off, void *dst, size_t n) {
    if (n > (s->width + 7) / 8 || byte_off > (s->width + 7) / 8 - n)
        usage_error("bench reads bytes outside port %s", s->name);
    std::memcpy(dst, s->bytes + byte_off, n);
}

void tb_eval(tb *t) {
    if (t->clk) *t->clk = 0;
    model_eval();
}

void tb_tick(tb *t) {
    if (t->clk) {
        // The edge needs a low clock before it; tb_eval() may have made it already.
        if (*t->clk || t->waves) {
            *t->clk = 0;
            model_eval();
        }
        if (t->waves) model_dump(10 * t->cycle + 5);
        *t->clk = 1;
    }
    t->cycle++;
    model_eval();
    if (t->waves) model_dump(10 * t->cycle);
}

void tb_reset(tb *t, unsigned cycles) {
    if (!t->rst) {
        for (unsigned i = 0; i < cycles; i++) tb_tick(t);
        return;
    }
    *t->rst = 1;
    for (unsigned i = 0; i < cycles; i++) tb_tick(t);
    *t->rst = 0;
    tb_eval(t);
}

uint64_t tb_cycle(const tb *t) { return t->cycle; }

uint64_t tb_param(tb *t, const char *name, uint64_t deflt) {
    (void)t;
    for (const model_param *p = model_params; p->name; p++)
        if (std::strcmp(p->name, name) == 0) return parse_number(p->value);
    return deflt;
}

uint64_t tb_rand(tb *t) {
    uint64_t *s = t->s, r = rotl(s[1] * 5, 7) * 9, x = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= x;
    s[3] = rotl(s[3], 45);
    return r;
}

uint64_t tb_rand_below(tb *t, uint64_t n) {
    if (n < 2) return 0;
    uint64_t reject = (0 - n) % n, r; // values below it would make small results too likely
    do r = tb_rand(t);
    while (r < reject);
    return r % n;
}

bool tb_chance(tb *t, unsigned percent) { return tb_rand_below(t, 100) < percent; }

void tb_fail(tb *t, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    banner(t, "FAIL: ", fmt, ap);
    va_end(ap);
    if (++t->failures >= max_failures) give_up(t);
}

void tb_note(tb *t, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    banner(t, "", fmt, ap);
    va_end(ap);
}

unsigned tb_failures(const tb *t) { return t->failures; }

uint64_t tb_effort(tb *t, uint64_t normal, uint64_t lengthy) {
    return t->lengthy ? lengthy : normal;
}

} // extern "C"

int main(int argc, char **argv) {
    tb t{};
    const char *wave = nullptr, *env = std::getenv("WEFT_LONG");
    t.seed = 1;
    t.lengthy = env && std::strcmp(env, "1") == 0;
    for (int i = 1; i < argc; i++) {
        char *end = nullptr;
        if (std::strcmp(argv[i], "--help") == 0) return usage(stdout, 0);
        if (std::strcmp(argv[i], "--long") == 0) {
            t.lengthy = true;
        } else if (std::strcmp(argv[i], "--seed") == 0 && i + 1 < argc) {
            t.seed = std::strtoull(argv[++i], &end, 0);
            if (*argv[i] == '\0' || *end != '\0') return usage(stderr, 2);
        } else if (std::strcmp(argv[i], "--wave") == 0 && i + 1 < argc) {
            wave = argv[++i];
        } else {
            return usage(stderr, 2);
        }
    }
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    uint64_t x = t.seed;
    for (uint64_t &word : t.s) word = splitmix(&x);

    model_open(t.seed, wave);
    unsigned n;
    const model_port *ports = model_ports(&n);
    for (unsigned i = 0; i < n; i++) {
        const model_port &p = ports[i];
        t.sigs.push_back({p.name, p.bytes, p.width, p.size, p.input});
        if (p.input) std::memset(p.bytes, 0, p.size); // the pins are never random
    }
    t.clk = model_clk();
    t.rst = model_rst();
    t.waves = wave != nullptr;
    model_eval(); // a first look with the clock low, so that the first tick is an edge
    the_tb = &t;

    auto start = std::chrono::steady_clock::now();
    int status = tb_main(&t);
    std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    if (status != 0 && t.failures == 0) tb_fail(&t, "tb_main returned %d", status);
    model_close();

    if (t.failures) print_repeat(&t);
    std::printf("%s %s%sseed %" PRIu64 ": %s, %" PRIu64 " cycles, %.2f s\n", model_name, model_flags,
                *model_flags ? " " : "", t.seed, t.failures ? "FAILED" : "ok", t.cycle,
                took.count());
    return t.failures ? 1 : 0;
}
