// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/assumptions.hpp>
#include <wbsync/engine/coverage.hpp>
#include <wbsync/engine/scheduler.hpp>
#include <wbsync/limit.hpp>
#include <wbsync/search/frontier.hpp>

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

/// Tasks as text: to send them from one process to another, and to keep them in a file. A stopped
/// search has a million numbers or more, most of them small: a number takes one letter for every
/// five bits. All letters are printable, and none has to be escaped in JSON.
namespace wbsync::search {

namespace detail {

inline constexpr unsigned digit_bits = 5;
inline constexpr unsigned digits = 1U << digit_bits;
inline constexpr char last_digit = '#';  ///< to 'B': the highest digit of a number, which ends it
inline constexpr char more_digits = ']'; ///< to '|': the other digits, the lowest first

template <class T>
concept number = std::integral<T> || std::is_enum_v<T>;

/// Accepts both what is written and what is read into.
template <class T, class U>
concept is = std::same_as<std::remove_const_t<T>, U>;

} // namespace detail

// What is written, and read in the same order.

void fields(auto& text, detail::is<engine::coverage> auto& c) {
    text(c.shared, c.could_fail, c.weakened, c.threads, c.freed_by);
}

void fields(auto& text, detail::is<limit_hit> auto& l) {
    text(l.kind, l.bound, l.in_execution, l.who, l.where, l.message, l.not_saved);
}

void fields(auto& text, detail::is<engine::decision> auto& d) {
    text(d.thread, d.choice);
}

void fields(auto& text, detail::is<engine::late_load> auto& l) {
    text(l.thread, l.object, l.value);
}

void fields(auto& text, detail::is<engine::allowances> auto& a) {
    text(a.ordered_additions, a.late_loads);
}

void fields(auto& text, detail::is<engine::wakeup_step> auto& s) {
    text(s.thread, s.object, s.access, s.choice, s.chooses, s.all_choices, s.conditional);
}

void fields(auto& text, detail::is<engine::explored_choice> auto& c) {
    text(c.thread, c.choice);
}

/// Its tree belongs to the path. The number of steps that ended there matters only to the task
/// itself.
void fields(auto& text, detail::is<engine::search_node> auto& n) {
    text(n.step, n.read, n.fresh, n.look_up, n.restricted, n.closed, n.symmetric, n.sleep,
         n.sleep_as_reads, n.sleeping_choices, n.unexplored);
}

void fields(auto& text, detail::is<search_task> auto& t) {
    text(t.path, t.floor, t.begun, t.threads, t.share);
}

void fields(auto& text, detail::is<distant_reversal::element> auto& e) {
    text(e.step, e.seq);
}

void fields(auto& text, detail::is<distant_reversal> auto& r) {
    text(r.node, r.next, r.elements);
    const auto threads = static_cast<engine::thread_id>(r.next.size());
    for (auto& e : r.elements)
        for (engine::thread_id t = 0; t != threads; ++t)
            text(e.clock[t]); // nothing beyond that is used
}

void fields(auto& text, detail::is<finished_node> auto& f) {
    text(f.node, f.state);
}

void fields(auto& text, detail::is<remains> auto& left) {
    text(left.tasks, left.reversals, left.finished);
}

/// Writes its arguments, one after the other.
///
/// O(length of the text).
class text_writer {
public:
    template <class... T>
    void operator()(const T&... parts) {
        (put(parts), ...);
    }

    [[nodiscard]] std::string take() { return std::move(text_); }

private:
    template <detail::number T>
    void put(T number) {
        auto n = static_cast<std::uint64_t>(number);
        for (; n >= detail::digits; n >>= detail::digit_bits)
            text_ += static_cast<char>(detail::more_digits + static_cast<char>(n % detail::digits));
        text_ += static_cast<char>(detail::last_digit + static_cast<char>(n));
    }
    void put(double number) { put(std::bit_cast<std::uint64_t>(number)); }
    void put(const std::string& text) { put_all(text); }
    template <class T>
    void put(const std::vector<T>& all) {
        put_all(all);
    }
    void put(const engine::search_path& path) {
        put(path.nodes.size());
        for (const engine::search_node& n : path.nodes) {
            put(n);
            put(path.forest, n.tree);
        }
    }
    void put(const engine::wakeup_forest& forest, engine::wakeup_forest::index list) {
        put(forest.count(list));
        for (; list != engine::wakeup_forest::none; list = forest.sibling(list)) {
            put(forest.step(list));
            put(forest, forest.children(list));
        }
    }
    template <class T>
    requires requires(text_writer& w, const T& t) { fields(w, t); }
    void put(const T& t) { fields(*this, t); }

    void put_all(const auto& all) {
        put(all.size());
        for (const auto& one : all)
            put(one);
    }

    std::string text_;
};

/// Reads what a text_writer wrote, into the same objects. Throws std::invalid_argument if the text
/// ends too early, or is not from a text_writer.
class text_reader {
public:
    explicit text_reader(std::string_view text) : text_(text) {}

    template <class... T>
    void operator()(T&... parts) {
        (get(parts), ...);
    }

    /// To be called when everything was read.
    void expect_end() const {
        if (!text_.empty())
            damaged();
    }

private:
    [[noreturn]] static void damaged() { throw std::invalid_argument("a task is damaged"); }

    std::uint64_t digit() {
        if (text_.empty())
            damaged();
        const char c = text_.front();
        text_.remove_prefix(1);
        return static_cast<std::uint64_t>(c);
    }

    template <detail::number T>
    void get(T& number) {
        std::uint64_t n = 0;
        unsigned shift = 0;
        std::uint64_t d = digit();
        for (; d - detail::more_digits < detail::digits; d = digit()) {
            n |= (d - detail::more_digits) << shift;
            shift += detail::digit_bits;
            if (shift >= 64)
                damaged();
        }
        if (d - detail::last_digit >= detail::digits)
            damaged();
        number = static_cast<T>(n | (d - detail::last_digit) << shift);
    }
    void get(double& number) {
        std::uint64_t bits = 0;
        get(bits);
        number = std::bit_cast<double>(bits);
    }
    void get(std::string& text) { get_all(text); }
    template <class T>
    void get(std::vector<T>& all) {
        get_all(all);
    }
    void get(engine::search_path& path) {
        path.forest.clear();
        path.nodes.resize(size());
        for (engine::search_node& n : path.nodes) {
            get(n);
            n.tree = list(path.forest);
        }
    }
    void get(search_task& t) {
        fields(*this, t);
        if (t.floor < 0 || t.floor > t.path.size())
            damaged(); // it has no nodes of its own
    }
    engine::wakeup_forest::index list(engine::wakeup_forest& forest) {
        engine::wakeup_forest::index first = engine::wakeup_forest::none;
        for (std::size_t left = size(); left != 0; --left) {
            engine::wakeup_step s;
            get(s);
            const auto i = forest.append(first, s);
            forest.adopt(i, list(forest));
        }
        return first;
    }
    template <class T>
    requires requires(text_reader& r, T& t) { fields(r, t); }
    void get(T& t) { fields(*this, t); }

    void get_all(auto& all) {
        all.resize(size());
        for (auto& one : all)
            get(one);
    }

    /// The size of a list; each element takes at least one letter.
    std::size_t size() {
        std::size_t n = 0;
        get(n);
        if (n > text_.size())
            damaged();
        return n;
    }

    std::string_view text_;
};

/// Throws std::invalid_argument if the text does not hold a `T`.
template <class T>
[[nodiscard]] T from_text(std::string_view text) {
    T t;
    text_reader read(text);
    read(t);
    read.expect_end();
    return t;
}

template <class T>
[[nodiscard]] std::string to_text(const T& t) {
    text_writer write;
    write(t);
    return write.take();
}

} // namespace wbsync::search
