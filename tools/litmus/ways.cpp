// SPDX-License-Identifier: BSD-3-Clause
#include "ways.hpp"

#include <algorithm>
#include <optional>

namespace wbsync::litmus {

namespace {

/// The most ways through one thread.
constexpr std::size_t max_traces = 20'000;

void add(ways::exchanges& to, const ways::exchanges& more) {
    for (std::size_t w = 0; w != to.size(); ++w)
        to[w] |= more[w];
}

} // namespace

bool ways::find(const goal& wanted, const deadline& until) {
    too_many_ = too_large(test_);
    if (!too_many_.empty())
        return false;
    std::optional<written_values> values = values_of(test_, until);
    if (!values) {
        too_many_ = "a location has too many values";
        return false;
    }
    // Not all of those values are written on some way.
    for (;;) {
        if (!find_traces(*values, wanted, until))
            return false;
        written_values left = written_on_some_way(*values);
        if (left == *values)
            break;
        values = std::move(left);
    }
    find_exchanges();
    return true;
}

bool ways::find_traces(const written_values& values, const goal& wanted, const deadline& until) {
    lists_.clear();
    for (std::size_t p = 0; p != test_.processes.size(); ++p) {
        lists_.push_back(traces_of(test_, static_cast<int>(p), written_by_others(values, p), wanted,
                                   max_traces, [&] { return until.over(); }));
        if (!lists_.back().incomplete.empty()) {
            too_many_ = lists_.back().incomplete;
            return false;
        }
    }
    return true;
}

written_values ways::written_on_some_way(const written_values& known) const {
    written_values all(lists_.size(), value_sets(test_.locations.size()));
    for (std::size_t p = 0; p != lists_.size(); ++p)
        for (const trace& t : lists_[p].traces)
            for (const trace_event& e : t.events)
                if (const auto x = static_cast<std::size_t>(e.location);
                    e.what == trace_event::kind::write && known[p][x].count(e.value) != 0)
                    all[p][x].insert(e.value);
    return all;
}

void ways::find_exchanges() {
    numbering numbers;
    for (const trace_list& l : lists_)
        for (const trace& t : l.traces)
            for (const trace_event& e : t.events) {
                has_plain_ = has_plain_ || e.plain;
                if (e.location >= 0)
                    numbers.try_emplace({e.location, e.value}, numbers.size());
            }
    const exchanges none(numbers.size() / 64 + 1, 0);
    options_.assign(lists_.size(), {});
    for (std::size_t p = 0; p != lists_.size(); ++p) {
        for (const trace& t : lists_[p].traces)
            options_[p].push_back(option_of(t, none, numbers));
        std::stable_sort(options_[p].begin(), options_[p].end(),
                         [](const option& a, const option& b) { return a.needs < b.needs; });
        std::vector<option>& all = options_[p];
        for (std::size_t i = all.size(); i-- != 0;)
            all[i].next =
                i + 1 != all.size() && all[i].needs == all[i + 1].needs ? all[i + 1].next : i + 1;
        order_.push_back(p);
    }
    std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
        return options_[a].size() < options_[b].size();
    });
    may_offer_.assign(lists_.size() + 1, none);
    for (std::size_t i = order_.size(); i-- != 0;) {
        may_offer_[i] = may_offer_[i + 1];
        for (const option& o : options_[order_[i]])
            add(may_offer_[i], o.offers);
    }
}

ways::option ways::option_of(const trace& t, const exchanges& none,
                             const numbering& numbers) const {
    option o{&t, none, none};
    std::map<int, std::int64_t> newest; ///< of its own
    for (const trace_event& e : t.events) {
        const auto note = [&](exchanges& in) {
            const std::size_t number = numbers.at({e.location, e.value});
            in[number / 64] |= std::uint64_t{1} << (number % 64);
        };
        if (e.what == trace_event::kind::read) {
            const auto own = newest.find(e.location);
            const std::int64_t here =
                own == newest.end() ? test_.locations[static_cast<std::size_t>(e.location)].initial
                                    : own->second;
            if (here != e.value)
                note(o.needs);
        }
        if (e.what == trace_event::kind::write) {
            newest[e.location] = e.value;
            note(o.offers);
        }
    }
    return o;
}

bool ways::is_offered(const exchanges& needs, const choice& chosen, std::size_t i) const {
    for (std::size_t w = 0; w != needs.size(); ++w) {
        std::uint64_t left = needs[w] & ~may_offer_[i + 1][w];
        for (std::size_t j = 0; left != 0 && j != i; ++j)
            left &= ~chosen[order_[j]]->offers[w];
        if (left != 0)
            return false;
    }
    return true;
}

bool ways::can_be_met(const choice& chosen, std::size_t last) const {
    for (std::size_t w = 0; w != may_offer_.front().size(); ++w)
        for (std::size_t i = 0; i <= last; ++i) {
            std::uint64_t needs = chosen[order_[i]]->needs[w] & ~may_offer_[last + 1][w];
            for (std::size_t j = 0; needs != 0 && j <= last; ++j)
                if (j != i)
                    needs &= ~chosen[order_[j]]->offers[w];
            if (needs != 0)
                return false;
        }
    return true;
}

} // namespace wbsync::litmus
