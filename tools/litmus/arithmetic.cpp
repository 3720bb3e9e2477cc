// SPDX-License-Identifier: BSD-3-Clause
#include "arithmetic.hpp"

namespace wbsync::litmus {

namespace {

// Overflow wraps around, as on every machine that runs the kernel.
std::uint64_t bits(std::int64_t v) {
    return static_cast<std::uint64_t>(v);
}
std::int64_t wrapped(std::uint64_t v) {
    return static_cast<std::int64_t>(v);
}

} // namespace

std::int64_t apply(std::string_view op, std::int64_t a, std::int64_t b) {
    if (op == "||")
        return a != 0 || b != 0;
    if (op == "&&")
        return a != 0 && b != 0;
    if (op == "|")
        return a | b;
    if (op == "^")
        return a ^ b;
    if (op == "&")
        return a & b;
    if (op == "==")
        return a == b;
    if (op == "!=")
        return a != b;
    if (op == "<")
        return a < b;
    if (op == ">")
        return a > b;
    if (op == "<=")
        return a <= b;
    if (op == ">=")
        return a >= b;
    if (op == "<<")
        return b >= 0 && b < 63 ? a << b : 0;
    if (op == ">>")
        return b >= 0 && b < 63 ? a >> b : 0;
    if (op == "+")
        return wrapped(bits(a) + bits(b));
    if (op == "-")
        return wrapped(bits(a) - bits(b));
    if (op == "*")
        return wrapped(bits(a) * bits(b));
    if (b == 0)
        return 0;
    if (b == -1) // a machine cannot divide its least number by -1
        return op == "/" ? wrapped(-bits(a)) : 0;
    return op == "/" ? a / b : a % b;
}

std::int64_t apply(std::string_view op, std::int64_t a) {
    if (op == "-")
        return wrapped(-bits(a));
    if (op == "!")
        return a == 0;
    return op == "~" ? ~a : a;
}

std::int64_t combine(arithmetic how, std::int64_t a, std::int64_t n) {
    switch (how) {
    case arithmetic::plus: return wrapped(bits(a) + bits(n));
    case arithmetic::minus: return wrapped(bits(a) - bits(n));
    case arithmetic::bit_or: return a | n;
    case arithmetic::bit_and: return a & n;
    case arithmetic::bit_xor: return a ^ n;
    case arithmetic::bit_clear: return a & ~n;
    }
    return a;
}

} // namespace wbsync::litmus
