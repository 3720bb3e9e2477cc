// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/native/conformance/operation.hpp"

namespace conformance {

/// Two reference counts, and the locks of their last puts.
struct refcounts {
    static constexpr const char* name = "refcount_t";

    wbsync::refcount_t first{"first", 2};
    wbsync::refcount_t second{"second", 1, "last"};
    wbsync::atomic_t a{"a", 2};
    wbsync::spinlock_t lock{"lock"};
    wbsync::mutex m{"m"};

    [[nodiscard]] wbsync::refcount_t& at(const call& c) { return one_of(first, second, c.i); }
    void end(values& v) const {
        v.push_back(wbsync::refcount_read(first));
        v.push_back(wbsync::refcount_read(second));
        v.push_back(wbsync::atomic_read(a));
    }

    static operations_on<refcounts> gets();
    static operations_on<refcounts> puts();
    static operations_on<refcounts> with_locks();
    static std::vector<operations_on<refcounts>> all() { return {gets(), puts(), with_locks()}; }
};

inline operations_on<refcounts> refcounts::gets() {
    using namespace wbsync;
    using o = refcounts;
    return {
        alone(
            op<o>("refcount_set",
                  [](o& r, const call& c) { refcount_set(r.at(c), c.n < 0 ? 0x7fff'fffe : c.n); })),
        op<o>("refcount_read", [](o& r, const call& c) { return refcount_read(r.at(c)); }),
        op<o>("refcount_add", [](o& r, const call& c) { refcount_add(1 + c.j, r.at(c)); }),
        op<o>("refcount_inc", [](o& r, const call& c) { refcount_inc(r.at(c)); }),
        op<o>("refcount_inc_not_zero",
              [](o& r, const call& c) { return refcount_inc_not_zero(r.at(c)); }),
        op<o>("refcount_inc_not_zero_acquire",
              [](o& r, const call& c) { return refcount_inc_not_zero_acquire(r.at(c)); }),
    };
}

inline operations_on<refcounts> refcounts::puts() {
    using namespace wbsync;
    using o = refcounts;
    return {
        op<o>("refcount_dec", [](o& r, const call& c) { refcount_dec(r.at(c)); }),
        op<o>("refcount_dec_and_test",
              [](o& r, const call& c) { return refcount_dec_and_test(r.at(c)); }),
        op<o>("refcount_sub_and_test",
              [](o& r, const call& c) { return refcount_sub_and_test(1 + c.j, r.at(c)); }),
        op<o>("refcount_dec_not_one",
              [](o& r, const call& c) { return refcount_dec_not_one(r.at(c)); }),
    };
}

inline operations_on<refcounts> refcounts::with_locks() {
    using namespace wbsync;
    using o = refcounts;
    return {
        op<o>("refcount_dec_and_lock",
              [](o& r, const call& c) {
                  if (!refcount_dec_and_lock(r.at(c), r.lock))
                      return false;
                  spin_unlock(r.lock);
                  return true;
              }),
        op<o>("refcount_dec_and_mutex_lock",
              [](o& r, const call& c) {
                  if (!refcount_dec_and_mutex_lock(r.at(c), r.m))
                      return false;
                  mutex_unlock(r.m);
                  return true;
              }),
        op<o>("atomic_dec_and_lock",
              [](o& r, const call&) {
                  if (!atomic_dec_and_lock(r.a, r.lock))
                      return false;
                  spin_unlock(r.lock);
                  return true;
              }),
    };
}

} // namespace conformance
