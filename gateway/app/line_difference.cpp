#include "gateway/app/line_difference.h"

#include <algorithm>
#include <span>

namespace yht::app {
namespace {

using Lines = std::vector<std::string_view>;
/// Which lines of one text the other does not have.
using Marks = std::vector<bool>;

Lines linesIn(std::string_view text) {
    Lines lines;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const std::size_t size = end == std::string_view::npos ? text.size() : end + 1;
        lines.push_back(text.substr(0, size));
        text.remove_prefix(size);
    }
    return lines;
}

/// E. W. Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), the greedy one. A diagonal k holds the places x of `before` and
/// x - k of `after`; `reached_[d]` is how far each diagonal -d, -d + 2, …, d is reached with d edits.
class ShortestEdit {
public:
    ShortestEdit(std::span<const std::string_view> before, std::span<const std::string_view> after) : before_(before), after_(after) {}

    /// False where more than kLineEditsMax edits are needed.
    bool search() {
        for (long d = 0; d <= static_cast<long>(kLineEditsMax); ++d) {
            reached_.emplace_back(d + 1);
            for (long k = -d; k <= d; k += 2) {
                long x = d == 0 ? 0 : comesByInsertion(d, k) ? at(d - 1, k + 1) : at(d - 1, k - 1) + 1;
                while (x < beforeSize() && x - k < afterSize() && before_[x] == after_[x - k]) ++x;
                at(d, k) = x;
                if (x >= beforeSize() && x - k >= afterSize()) return true;
            }
        }
        return false;
    }
    /// Back from the end: every edit marks its line. Requires: search() was true.
    void mark(Marks& removed, Marks& added) {
        long k = beforeSize() - afterSize();
        for (long d = static_cast<long>(reached_.size()) - 1; d > 0; --d) {
            if (comesByInsertion(d, k)) {
                ++k;
                added[at(d - 1, k) - k] = true;
            } else {
                --k;
                removed[at(d - 1, k)] = true;
            }
        }
    }

private:
    long beforeSize() const { return static_cast<long>(before_.size()); }
    long afterSize() const { return static_cast<long>(after_.size()); }
    long& at(long d, long k) { return reached_[d][(k + d) / 2]; }
    bool comesByInsertion(long d, long k) { return k == -d || (k != d && at(d - 1, k - 1) < at(d - 1, k + 1)); }

    const std::span<const std::string_view> before_, after_;
    std::vector<std::vector<long>> reached_;
};

void markEdits(const Lines& before, const Lines& after, Marks& removed, Marks& added) {
    const std::size_t least = std::min(before.size(), after.size());
    std::size_t front = 0, back = 0;
    while (front < least && before[front] == after[front]) ++front;
    while (back < least - front && before[before.size() - 1 - back] == after[after.size() - 1 - back]) ++back;
    const std::size_t old_size = before.size() - front - back, new_size = after.size() - front - back;
    ShortestEdit edit({before.data() + front, old_size}, {after.data() + front, new_size});
    Marks removed_between(old_size, false), added_between(new_size, false);
    if (edit.search()) {
        edit.mark(removed_between, added_between);
    } else {
        removed_between.assign(old_size, true);
        added_between.assign(new_size, true);
    }
    std::copy(removed_between.begin(), removed_between.end(), removed.begin() + static_cast<long>(front));
    std::copy(added_between.begin(), added_between.end(), added.begin() + static_cast<long>(front));
}

/// Both texts as one, in order.
std::vector<DifferenceLine> merged(const Lines& before, const Lines& after, const Marks& removed, const Marks& added) {
    std::vector<DifferenceLine> all;
    for (std::size_t i = 0, j = 0; i < before.size() || j < after.size();) {
        if (i < before.size() && removed[i]) {
            all.push_back({'-', std::string(before[i++])});
        } else if (j < after.size() && added[j]) {
            all.push_back({'+', std::string(after[j++])});
        } else {
            all.push_back({' ', std::string(after[j++])});
            ++i;
        }
    }
    return all;
}

/// Changes with the equal lines around them; what is nearer to each other than those is one.
std::vector<DifferenceHunk> hunksOf(const std::vector<DifferenceLine>& all) {
    std::vector<DifferenceHunk> hunks;
    std::size_t old_line = 0, new_line = 0, end = 0;  // lines before `at`; the end of the last hunk
    for (std::size_t at = 0; at < all.size(); ++at) {
        const auto before = std::min(at, kEqualLinesAround);
        if (all[at].sign != ' ') {
            if (hunks.empty() || at - before > end) hunks.push_back({old_line - before, 0, new_line - before, 0, {}});
            if (hunks.back().lines.empty()) end = at - before;
            for (const auto to = std::min(at + 1 + kEqualLinesAround, all.size()); end < to; ++end) hunks.back().lines.push_back(all[end]);
        }
        if (all[at].sign != '+') ++old_line;
        if (all[at].sign != '-') ++new_line;
    }
    for (auto& hunk : hunks) {
        for (const auto& line : hunk.lines) {
            if (line.sign != '+') ++hunk.old_count;
            if (line.sign != '-') ++hunk.new_count;
        }
        if (hunk.old_count > 0) ++hunk.old_first;
        if (hunk.new_count > 0) ++hunk.new_first;
    }
    return hunks;
}

}  // namespace

std::vector<DifferenceHunk> differenceOf(std::string_view before, std::string_view after) {
    const Lines old_lines = linesIn(before), new_lines = linesIn(after);
    Marks removed(old_lines.size(), false), added(new_lines.size(), false);
    markEdits(old_lines, new_lines, removed, added);
    return hunksOf(merged(old_lines, new_lines, removed, added));
}

}  // namespace yht::app
