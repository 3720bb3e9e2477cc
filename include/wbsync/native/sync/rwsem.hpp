// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/might_sleep.hpp>
#include <wbsync/native/monitor.hpp>
#include <wbsync/native/sync/holds.hpp>
#include <wbsync/native/variable.hpp>

// As <wbsync/sync/rwsem.hpp>: a waiting writer keeps later readers out.

namespace wbsync {

class rw_semaphore {
public:
    explicit rw_semaphore(const label& name) : name_(name) {}
    rw_semaphore(const rw_semaphore&) = delete;
    rw_semaphore& operator=(const rw_semaphore&) = delete;

    void read_lock(const char* verb, const site& at) {
        asks(verb, at);
        {
            native::within lock(monitor_);
            lock.wait([&] { return lets_readers_in(); }, verb, name_, at);
            ++readers_;
        }
        native::now_holds(this);
    }
    bool read_trylock() {
        native::scheduling_point();
        {
            native::within lock(monitor_);
            if (!lets_readers_in())
                return false;
            ++readers_;
        }
        native::now_holds(this);
        return true;
    }
    void read_unlock(const char* verb, const site& at) {
        native::scheduling_point();
        native::gives_back(this, verb, name_, at);
        native::within lock(monitor_);
        if (readers_ == 0)
            not_inside(lock, verb, at);
        --readers_;
        lock.changed();
    }

    void write_lock(const char* verb, const site& at) {
        asks(verb, at);
        {
            native::within lock(monitor_);
            ++waiting_writers_;
            lock.wait([&] { return readers_ == 0 && !writer_; }, verb, name_, at);
            --waiting_writers_;
            writer_ = true;
        }
        native::now_holds(this);
    }
    bool write_trylock() {
        native::scheduling_point();
        {
            native::within lock(monitor_);
            if (readers_ != 0 || writer_ || waiting_writers_ != 0)
                return false;
            writer_ = true;
        }
        native::now_holds(this);
        return true;
    }
    void write_unlock(const char* verb, const site& at) {
        native::scheduling_point();
        native::gives_back(this, verb, name_, at);
        native::within lock(monitor_);
        if (!writer_)
            not_inside(lock, verb, at);
        writer_ = false;
        lock.changed();
    }
    void downgrade(const char* verb, const site& at) {
        native::scheduling_point();
        if (!held_by_me())
            violated("misuse",
                     fmt::format("{}({}) by {}, which does not hold it", verb, name_.str(),
                                 native::name_of_this_thread()),
                     at);
        native::within lock(monitor_);
        if (!writer_)
            not_inside(lock, verb, at);
        writer_ = false;
        ++readers_;
        lock.changed();
    }

    [[nodiscard]] bool is_locked() const {
        const native::within lock(monitor_);
        return writer_ || readers_ != 0;
    }
    [[nodiscard]] bool held_by_me() const { return native::holds(this); }
    [[nodiscard]] const native::called& name() const noexcept { return name_; }

private:
    [[nodiscard]] bool lets_readers_in() const { return !writer_ && waiting_writers_ == 0; }

    void asks(const char* verb, const site& at) const {
        might_sleep(verb, at);
        native::scheduling_point();
        if (native::me() != nullptr && held_by_me())
            violated("lockdep",
                     fmt::format("{}({}) by a thread that holds it already: a deadlock", verb,
                                 name_.str()),
                     at);
    }
    [[noreturn]] void not_inside(native::within& lock, const char* verb, const site& at) const {
        lock.leave();
        violated("misuse", fmt::format("{}({}): nobody is inside in that way", verb, name_.str()),
                 at);
    }

    native::called name_;
    mutable native::monitor monitor_; ///< of all members below
    int readers_ = 0;
    int waiting_writers_ = 0;
    bool writer_ = false;
};

inline void down_read(rw_semaphore& s, const site& at = site::here()) {
    s.read_lock("down_read", at);
}
inline bool down_read_trylock(rw_semaphore& s, const site& /*at*/ = site::here()) {
    return s.read_trylock();
}
inline void up_read(rw_semaphore& s, const site& at = site::here()) {
    s.read_unlock("up_read", at);
}
inline void down_write(rw_semaphore& s, const site& at = site::here()) {
    s.write_lock("down_write", at);
}
inline bool down_write_trylock(rw_semaphore& s, const site& /*at*/ = site::here()) {
    return s.write_trylock();
}
inline void up_write(rw_semaphore& s, const site& at = site::here()) {
    s.write_unlock("up_write", at);
}
inline void downgrade_write(rw_semaphore& s, const site& at = site::here()) {
    s.downgrade("downgrade_write", at);
}
inline bool rwsem_is_locked(const rw_semaphore& s, const site& /*at*/ = site::here()) {
    return s.is_locked();
}

} // namespace wbsync
