// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The only header that includes Relacy. Relacy defines macros with everyday names, so the standard
// library is included first and every macro is undefined at the end: this header may be included
// anywhere.

#include <wbsync/engine/vector_clock.hpp>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <csetjmp>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <iostream>
#include <map>
#include <memory>
#include <new>
#include <queue>
#include <set>
#include <sstream>
#include <stack>
#include <stdexcept>
#include <string>
#include <typeinfo>
#include <utility>
#include <vector>

#include <sys/mman.h>
#include <sys/times.h>
#include <ucontext.h>
#include <unistd.h>

namespace wbsync::engine {

/// Stacks for Relacy's fibers. Relacy never frees them, so they are kept and handed out again. Each
/// lies above a guard, so that an overflow crashes right there instead of corrupting memory
/// elsewhere.
///
/// take() is O(1) except for the first use of a stack, is_guard() O(stacks). For one thread of the
/// process at a time.
class stack_pool {
public:
    static constexpr std::size_t relacy_asks_for = std::size_t{64} * 1024;
    static constexpr std::size_t stack_size = std::size_t{256} * 1024;
    static constexpr std::size_t guard_size = std::size_t{64} * 1024;

    static stack_pool& instance() {
        static stack_pool pool;
        return pool;
    }

    /// Relacy's stack grows down from `relacy_asks_for` above this address.
    void* take() {
        if (used_ == stacks_.size())
            stacks_.push_back(map());
        return stacks_[used_++];
    }

    /// All fibers of the last context are gone.
    void recycle() noexcept { used_ = 0; }

    /// Does the address lie just below one of the stacks?
    [[nodiscard]] bool is_guard(const void* address) const noexcept {
        const auto at = reinterpret_cast<std::uintptr_t>(address);
        return std::any_of(stacks_.begin(), stacks_.end(), [&](const void* s) {
            const auto top = reinterpret_cast<std::uintptr_t>(s) + relacy_asks_for;
            return at < top - stack_size && at >= top - stack_size - guard_size;
        });
    }

private:
    static void* map() {
        void* base = ::mmap(nullptr, guard_size + stack_size, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (base == MAP_FAILED)
            throw std::bad_alloc();
        ::mprotect(base, guard_size, PROT_NONE);
        return static_cast<char*>(base) + guard_size + (stack_size - relacy_asks_for);
    }

    std::vector<void*> stacks_;
    std::size_t used_ = 0;
};

} // namespace wbsync::engine

inline void* wbsync_fiber_stack(std::size_t) {
    return wbsync::engine::stack_pool::instance().take();
}

/// Relacy replaces the program's operator new by one that returns what malloc() does. That must not
/// be nullptr: nobody expects that of operator new. Not inline, or g++ sees malloc()'s memory go to
/// the operator delete that knows the size, which is not Relacy's, and warns.
[[gnu::noinline]] inline void* wbsync_malloc_or_throw(std::size_t size) {
    void* p = std::malloc(size == 0 ? 1 : size);
    if (p == nullptr)
        throw std::bad_alloc();
    return p;
}

#pragma push_macro("assert")
#pragma push_macro("errno")
#include <relacy/pch.hpp>
#define malloc wbsync_fiber_stack // create_fiber's; nothing else in platform.hpp allocates
#include <relacy/platform.hpp>
#undef malloc
#include <relacy/base.hpp>
#include <relacy/foreach.hpp>

// Relacy unrolls its loops over threads by recursion, which takes compilers many seconds for the
// larger contexts. These are the same as loops.
namespace rl {

template <typename T, thread_id_t Count>
struct wbsync_loop {
    template <typename F>
    static void exec(T* a, F f) {
        for (thread_id_t i = 0; i != Count; ++i)
            (*f)(a[i]);
    }
    static void exec(T* a, T* b, void (*f)(T&, T&)) {
        for (thread_id_t i = 0; i != Count; ++i)
            (*f)(a[i], b[i]);
    }
    static void exec(T* a, T* b, T* c, void (*f)(T&, T&, T&)) {
        for (thread_id_t i = 0; i != Count; ++i)
            (*f)(a[i], b[i], c[i]);
    }
};

template <typename T>
struct foreach_thread_impl<T, 0, 8> : wbsync_loop<T, 8> {};
template <typename T>
struct foreach_thread_impl<T, 0, 32> : wbsync_loop<T, 32> {};

} // namespace rl

// Relacy records what a test does, for a history that nobody asks for here: this leaves it out.
#include <relacy/thread_local_ctx.hpp>

#include <relacy/context_base.hpp>
#undef RL_HIST_IMPL
#define RL_HIST_IMPL(C, INFO, TYPE)                                                                \
    do {                                                                                           \
        if constexpr (false) {                                                                     \
            rl::debug_info const& rl_info_c = INFO;                                                \
            rl::context& rl_hist_c = C;                                                            \
        TYPE ev =

// Relacy's imitations of pthreads and Win32 redefine those names as macros: leave them out.
#define RL_WINDOWS_HPP
#define RL_PTHREAD_HPP
namespace rl {
/// Asked by Relacy's operator new and delete, in every thread of the program: memory is malloc()'s
/// at all times. A context would take each block for an object under test, and there is only one
/// for all threads, whichever of them runs a check.
constexpr bool wbsync_takes_memory() noexcept {
    return false;
}
} // namespace rl
#define malloc wbsync_malloc_or_throw // operator new's, and that of Relacy's own memory
#define is_ctx wbsync_takes_memory
#include <relacy/context.hpp>
#undef is_ctx
#undef malloc
#include <relacy/relacy.hpp>

// A context compiles Relacy's own locks and events, once for each number of threads. Nobody uses
// them here: these replacements cost nothing to compile.
namespace rl {

template <thread_id_t Count>
inline constexpr bool wbsync_count = Count == 8 || Count == 32;

template <class Data>
struct wbsync_waited_for : Data {
    bool is_signaled(debug_info_param) override { std::abort(); }
    void memory_acquire(debug_info_param) override { std::abort(); }
    void* prepare_wait(debug_info_param) override { std::abort(); }
};

template <thread_id_t Count>
requires wbsync_count<Count>
class generic_mutex_data_impl<Count> : public wbsync_waited_for<generic_mutex_data> {
public:
    generic_mutex_data_impl(bool, bool, bool, bool) {}
    bool lock_exclusive(bool, debug_info_param) override { std::abort(); }
    bool try_lock_exclusive(debug_info_param) override { std::abort(); }
    void unlock_exclusive(debug_info_param) override { std::abort(); }
    void lock_shared(debug_info_param) override { std::abort(); }
    bool try_lock_shared(debug_info_param) override { std::abort(); }
    void unlock_shared(debug_info_param) override { std::abort(); }
    void unlock_exclusive_or_shared(debug_info_param) override { std::abort(); }
};

template <thread_id_t Count>
requires wbsync_count<Count>
class condvar_data_impl<Count> : public condvar_data {
public:
    explicit condvar_data_impl(bool) {}
    void notify_one(debug_info_param) override { std::abort(); }
    void notify_all(debug_info_param) override { std::abort(); }
    sema_wakeup_reason wait(const mutex_wrapper&, bool, debug_info_param) override { std::abort(); }
    bool wait(const mutex_wrapper&, const pred_wrapper&, bool, debug_info_param) override {
        std::abort();
    }
};

template <thread_id_t Count>
requires wbsync_count<Count>
class sema_data_impl<Count> : public wbsync_waited_for<sema_data> {
public:
    sema_data_impl(bool, unsigned, unsigned) {}
    sema_wakeup_reason wait(bool, bool, debug_info_param) override { std::abort(); }
    bool post(unsigned, unsigned&, debug_info_param) override { std::abort(); }
    int get_value(debug_info_param) override { std::abort(); }
};

template <thread_id_t Count>
requires wbsync_count<Count>
class event_data_impl<Count> : public wbsync_waited_for<event_data> {
public:
    event_data_impl(bool, bool) {}
    void set(debug_info_param) override { std::abort(); }
    void reset(debug_info_param) override { std::abort(); }
    void pulse(debug_info_param) override { std::abort(); }
    sema_wakeup_reason wait(bool, bool, debug_info_param) override { std::abort(); }
};

} // namespace rl

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic" // clang: '$' in an identifier

#undef VAR_T
#undef TLS_T
#undef VAR
#undef memory_order_relaxed
#undef memory_order_consume
#undef memory_order_acquire
#undef memory_order_release
#undef memory_order_acq_rel
#undef memory_order_seq_cst
#undef new
#undef delete
#undef malloc
#undef calloc
#undef realloc
#undef free
#undef $
#undef TlsAlloc
#undef TlsFree
#undef TlsGetValue
#undef TlsSetValue
#undef RL_ASSERT
#undef RL_ASSERT_IMPL
#undef RL_DEBUGBREAK_ON_ASSERT_IMPL
#undef RL_DEBUGBREAK_ON_FAILURE_IMPL
#undef RL_DELETE_PROXY
#undef RL_DO_ASSERT_IMPL
#undef RL_HIST
#undef RL_HIST_CTX
#undef RL_HIST_END
#undef RL_HIST_IMPL
#undef RL_INFO
#undef RL_INLINE
#undef RL_INT3
#undef RL_LOG
#undef RL_NEW_PROXY
#undef RL_NOCOPY
#undef RL_NOINLINE
#undef RL_RESTRICT
#undef RL_STDCALL
#undef RL_STRINGIZE
#undef RL_STRINGIZE_A
#undef RL_STRINGIZE_I
#undef RL_TEST
#undef RL_THROW_SPEC
#undef RL_UNTIL
#undef RL_VERIFY
#pragma GCC diagnostic pop
#pragma pop_macro("errno")
#pragma pop_macro("assert")
