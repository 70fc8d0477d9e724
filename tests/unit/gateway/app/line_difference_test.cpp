#include "gateway/app/line_difference.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace yht::app {
namespace {

std::vector<std::string> linesIn(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t begin = 0; begin < text.size();) {
        const auto feed = text.find('\n', begin);
        const auto end = feed == std::string::npos ? text.size() : feed + 1;
        lines.push_back(text.substr(begin, end - begin));
        begin = end;
    }
    return lines;
}

/// What patch(1) makes of `before`; "?" where a hunk does not stand where it says.
std::string patched(const std::string& before, const std::vector<DifferenceHunk>& hunks) {
    const auto old_lines = linesIn(before);
    std::string after;
    std::size_t at = 0, made = 0;
    for (const auto& hunk : hunks) {
        const std::size_t first = hunk.old_count == 0 ? hunk.old_first : hunk.old_first - 1;
        if (first < at || first > old_lines.size()) return "?";
        for (; at < first; ++at, ++made) after += old_lines[at];
        const std::size_t goes_to = hunk.new_count == 0 ? hunk.new_first : hunk.new_first - 1;
        if (made != goes_to) return "?";
        const std::size_t old_end = at + hunk.old_count, new_end = made + hunk.new_count;
        for (const auto& line : hunk.lines) {
            if (line.sign != '+' && (at >= old_lines.size() || old_lines[at++] != line.text)) return "?";
            if (line.sign != '-') after += line.text, ++made;
        }
        if (at != old_end || made != new_end) return "?";
    }
    for (; at < old_lines.size(); ++at) after += old_lines[at];
    return after;
}

std::size_t edits(const std::vector<DifferenceHunk>& hunks) {
    std::size_t count = 0;
    for (const auto& hunk : hunks) count += static_cast<std::size_t>(std::count_if(hunk.lines.begin(), hunk.lines.end(), [](const auto& line) { return line.sign != ' '; }));
    return count;
}

/// The fewest there can be, by the table of longest common subsequences.
std::size_t fewestEdits(const std::vector<std::string>& a, const std::vector<std::string>& b) {
    std::vector<std::vector<std::size_t>> common(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 1; i <= a.size(); ++i) {
        for (std::size_t j = 1; j <= b.size(); ++j)
            common[i][j] = a[i - 1] == b[j - 1] ? common[i - 1][j - 1] + 1 : std::max(common[i - 1][j], common[i][j - 1]);
    }
    return a.size() + b.size() - 2 * common[a.size()][b.size()];
}

std::string shown(const std::vector<DifferenceHunk>& hunks) {
    std::string text;
    for (const auto& hunk : hunks) {
        text += "@" + std::to_string(hunk.old_first) + "," + std::to_string(hunk.old_count) + " " + std::to_string(hunk.new_first) + "," + std::to_string(hunk.new_count) + "\n";
        for (const auto& line : hunk.lines) text += line.sign + line.text;
    }
    return text;
}

TEST(LineDifference, LinesBetweenTwoChangesAreNotChanges) {
    const std::string before = "1\n2\n3\n4\n5\n6\n7\n8\n9\na\nb\nc\n";
    EXPECT_EQ("@1,5 1,5\n 1\n-2\n+two\n 3\n 4\n 5\n@8,5 8,4\n 8\n 9\n a\n-b\n c\n", shown(differenceOf(before, "1\ntwo\n3\n4\n5\n6\n7\n8\n9\na\nc\n")));
    EXPECT_EQ("@1,7 1,7\n 1\n-2\n+two\n 3\n-4\n+four\n 5\n 6\n 7\n", shown(differenceOf(before, "1\ntwo\n3\nfour\n5\n6\n7\n8\n9\na\nb\nc\n")));
}

TEST(LineDifference, HunksThatTouchAreOne) {
    const std::string before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
    EXPECT_EQ(1U, differenceOf(before, "one\n2\n3\n4\n5\n6\n7\neight\n9\n").size());
    EXPECT_EQ(2U, differenceOf(before, "one\n2\n3\n4\n5\n6\n7\n8\nnine\n").size());
}

TEST(LineDifference, AWholeFileThatComesOrGoes) {
    EXPECT_EQ("@0,0 1,2\n+a\n+b\n", shown(differenceOf("", "a\nb\n")));
    EXPECT_EQ("@1,2 0,0\n-a\n-b\n", shown(differenceOf("a\nb\n", "")));
    EXPECT_EQ("", shown(differenceOf("a\nb\n", "a\nb\n")));
    EXPECT_EQ("", shown(differenceOf("", "")));
}

TEST(LineDifference, ALineFeedThatIsMissingAtTheEndIsADifference) {
    EXPECT_EQ("@1,1 1,1\n-a\n+a", shown(differenceOf("a\n", "a")));
}

TEST(LineDifference, PatchesWhatWasIntoWhatIsWithTheFewestEdits) {
    std::mt19937 random(20190418);  // the same texts each time
    const auto below = [&](unsigned count) { return static_cast<unsigned>(random() % count); };
    for (int turn = 0; turn < 400; ++turn) {
        std::string before, after;
        for (unsigned i = below(30); i > 0; --i) before += std::string(1, static_cast<char>('a' + below(4))) + "\n";
        for (const auto& line : linesIn(before)) {
            if (below(5) != 0) after += line;
            if (below(6) == 0) after += std::string(1, static_cast<char>('a' + below(4))) + "\n";
        }
        const auto hunks = differenceOf(before, after);
        ASSERT_EQ(after, patched(before, hunks)) << "turn " << turn << "\n" << shown(hunks);
        ASSERT_EQ(fewestEdits(linesIn(before), linesIn(after)), edits(hunks)) << "turn " << turn;
    }
}

TEST(LineDifference, TextsThatHaveLittleInCommonAreOneBlock) {
    std::string before = "first\n", after = "first\n";
    for (std::size_t i = 0; i < kLineEditsMax; ++i) {
        before += "old " + std::to_string(i) + "\n";
        after += "new " + std::to_string(i) + "\n";
    }
    const auto hunks = differenceOf(before + "last\n", after + "last\n");
    ASSERT_EQ(1U, hunks.size());
    EXPECT_EQ(2 * kLineEditsMax, edits(hunks));
    EXPECT_EQ(after + "last\n", patched(before + "last\n", hunks));
}

}  // namespace
}  // namespace yht::app
