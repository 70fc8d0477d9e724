// Citizens whose every datum is a text that stands nowhere else, and the search for it in whatever a channel shows: as it is, and
// as channels write it otherwise (GBK, JSON escapes, percent, base64 at each of its three alignments, hexadecimal).
// Uses: std, iconv. Used by: the test of personal data.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

namespace yht::scenarios {

/// Made up, and looks it: 199 0000 numbers, a domain that can't be.
struct Citizen {
    std::string tag;                           // what the test calls the citizen
    std::map<std::string, std::string> marks;  // "mobile" → "19900007011"

    const std::string& operator[](const std::string& what) const { return marks.at(what); }
    /// Sentences that hold every mark, as a citizen would say them.
    std::string words() const;
};

/// name, mobile, phone (the number called from), landline, id_number, email, address, company, plate, bank; accused_name,
/// accused_phone: of whom it is about. Range: number 0..15, one a citizen.
Citizen citizen(const std::string& tag, int number);

class Marks {
public:
    explicit Marks(const std::vector<Citizen>& citizens);

    /// "tag/what" of each mark that stands in `text` → how it is written there. Requires: `text` is what the channel gave, unchanged.
    std::map<std::string, std::string> in(const std::string& text) const;

private:
    struct Needle {
        std::string text, mark, writing;
    };
    std::vector<Needle> needles_;
};

/// In that charset; "" where it can't be written.
std::string inCharset(const std::string& utf8, const char* charset);
std::string percentEncoded(const std::string& text);
std::string jsonEscaped(const std::string& utf8, bool upper_case);

}  // namespace yht::scenarios
