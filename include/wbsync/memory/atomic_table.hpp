// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <boost/preprocessor/seq/for_each.hpp>
#include <boost/preprocessor/tuple/enum.hpp>

// The operations of atomic_t, as data. What the library, the litmus tests, the checks and the pages
// know of them comes from here. The kernel has such a table as well (scripts/atomic/atomics.tbl).
//
// A row is (word, kind, operand, change, forms):
//
// word     what follows `atomic_` in the name
// kind     load, store
//          quiet        a change without a result
//          fetch        returns the value before
//          result       returns the value after
//          test         is the value after 0?
//          negative     is it negative?
//          exchange, compare, try_compare
//          unless, fetch_unless, unless_zero, unless_negative, unless_positive, if_positive
//                       change the value under a condition
// operand  given, one   of the change
// change   plus, minus, bit_and, bit_clear, bit_or, bit_xor, put
// forms    full         smp_mb() before and after a change
//          ordered      the same, and _relaxed, _acquire, _release
//          relaxed      no order
//          loads        relaxed, and _acquire
//          stores       relaxed, and _release

// clang-format off
#define WBSYNC_ATOMICS                                                                             \
    ((read, load, none, keep, loads))                                                              \
    ((set, store, given, put, stores))                                                             \
    ((add, quiet, given, plus, relaxed))                                                           \
    ((sub, quiet, given, minus, relaxed))                                                          \
    ((inc, quiet, one, plus, relaxed))                                                             \
    ((dec, quiet, one, minus, relaxed))                                                            \
    ((and, quiet, given, bit_and, relaxed))                                                        \
    ((andnot, quiet, given, bit_clear, relaxed))                                                   \
    ((or, quiet, given, bit_or, relaxed))                                                          \
    ((xor, quiet, given, bit_xor, relaxed))                                                        \
    ((add_return, result, given, plus, ordered))                                                   \
    ((sub_return, result, given, minus, ordered))                                                  \
    ((inc_return, result, one, plus, ordered))                                                     \
    ((dec_return, result, one, minus, ordered))                                                    \
    ((fetch_add, fetch, given, plus, ordered))                                                     \
    ((fetch_sub, fetch, given, minus, ordered))                                                    \
    ((fetch_inc, fetch, one, plus, ordered))                                                       \
    ((fetch_dec, fetch, one, minus, ordered))                                                      \
    ((fetch_and, fetch, given, bit_and, ordered))                                                  \
    ((fetch_andnot, fetch, given, bit_clear, ordered))                                             \
    ((fetch_or, fetch, given, bit_or, ordered))                                                    \
    ((fetch_xor, fetch, given, bit_xor, ordered))                                                  \
    ((sub_and_test, test, given, minus, full))                                                     \
    ((dec_and_test, test, one, minus, full))                                                       \
    ((inc_and_test, test, one, plus, full))                                                        \
    ((add_negative, negative, given, plus, ordered))                                               \
    ((xchg, exchange, given, put, ordered))                                                        \
    ((cmpxchg, compare, given, put, ordered))                                                      \
    ((try_cmpxchg, try_compare, given, put, ordered))                                              \
    ((fetch_add_unless, fetch_unless, given, plus, full))                                          \
    ((add_unless, unless, given, plus, full))                                                      \
    ((inc_not_zero, unless_zero, one, plus, full))                                                 \
    ((inc_unless_negative, unless_negative, one, plus, full))                                      \
    ((dec_unless_positive, unless_positive, one, minus, full))                                     \
    ((dec_if_positive, if_positive, one, minus, full))
// clang-format on

/// Each operation in each of its forms, once: macro(data, word, kind, operand, change, order), with
/// the whole word, and `full`, `relaxed`, `acquire` or `release` for the order.
#define WBSYNC_FOR_EACH_ATOMIC(macro, data)                                                        \
    BOOST_PP_SEQ_FOR_EACH(WBSYNC_ATOMIC_ROW, (macro, data), WBSYNC_ATOMICS)

#define WBSYNC_ATOMIC_ROW(r, macro_and_data, row)                                                  \
    WBSYNC_ATOMIC_OF_FORMS(BOOST_PP_TUPLE_ENUM(macro_and_data), BOOST_PP_TUPLE_ENUM(row))
#define WBSYNC_ATOMIC_OF_FORMS(...) WBSYNC_ATOMIC_OF_FORMS_I(__VA_ARGS__)
#define WBSYNC_ATOMIC_OF_FORMS_I(macro, data, word, kind, operand, change, forms)                  \
    WBSYNC_ATOMIC_FORMS_##forms(macro, data, word, kind, operand, change)

#define WBSYNC_ATOMIC_FORMS_full(macro, data, word, kind, operand, change)                         \
    macro(data, word, kind, operand, change, full)
#define WBSYNC_ATOMIC_FORMS_relaxed(macro, data, word, kind, operand, change)                      \
    macro(data, word, kind, operand, change, relaxed)
#define WBSYNC_ATOMIC_FORMS_loads(macro, data, word, kind, operand, change)                        \
    macro(data, word, kind, operand, change, relaxed)                                              \
        macro(data, word##_acquire, kind, operand, change, acquire)
#define WBSYNC_ATOMIC_FORMS_stores(macro, data, word, kind, operand, change)                       \
    macro(data, word, kind, operand, change, relaxed)                                              \
        macro(data, word##_release, kind, operand, change, release)
#define WBSYNC_ATOMIC_FORMS_ordered(macro, data, word, kind, operand, change)                      \
    macro(data, word, kind, operand, change, full)                                                 \
        macro(data, word##_relaxed, kind, operand, change, relaxed)                                \
            macro(data, word##_acquire, kind, operand, change, acquire)                            \
                macro(data, word##_release, kind, operand, change, release)
