// Include it last: does not compile while a macro of Relacy's is visible. Relacy redefines keywords
// and names of the standard library, which breaks whatever its users include or write afterwards.
#pragma once

#include <string_view>

#if defined(new) || defined(delete)
#error "Relacy's new or delete is visible"
#endif
#if defined(malloc) || defined(calloc) || defined(realloc) || defined(free)
#error "Relacy's malloc, calloc, realloc or free is visible"
#endif
#if defined(memory_order_relaxed) || defined(memory_order_consume) ||                              \
    defined(memory_order_acquire) || defined(memory_order_release) ||                              \
    defined(memory_order_acq_rel) || defined(memory_order_seq_cst)
#error "Relacy's memory orders are visible"
#endif
#if defined(VAR) || defined(VAR_T) || defined(TLS_T)
#error "Relacy's VAR, VAR_T or TLS_T is visible"
#endif
#if defined(RL_ASSERT) || defined(RL_INFO) || defined(RL_TEST)
#error "Relacy's RL_ASSERT, RL_INFO or RL_TEST is visible"
#endif

// A dollar sign in a name is an extension, so testing for it warns.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#ifdef $
#error "Relacy's $ is visible"
#endif
#pragma GCC diagnostic pop

// errno and assert are macros anyway; what matters is whose.
#define WBSYNC_TEXT_(...) #__VA_ARGS__
#define WBSYNC_TEXT(...) WBSYNC_TEXT_(__VA_ARGS__)
static_assert(std::string_view(WBSYNC_TEXT(errno)).find("rl::") == std::string_view::npos,
              "Relacy's errno is visible");
static_assert(std::string_view(WBSYNC_TEXT(assert(true))).find("RL_") == std::string_view::npos &&
                  std::string_view(WBSYNC_TEXT(assert(true))).find("rl::") ==
                      std::string_view::npos,
              "Relacy's assert is visible");
#undef WBSYNC_TEXT
#undef WBSYNC_TEXT_
