// Invented persons (虚构人员): what stands in a sample where somebody stood. Obviously invented, of the same number of
// characters, valid where validity is checked; the same value gets the same one.
// Uses: ticket, base. Used by: sample_mask.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace yht::kit {

/// One sample. One thread. Texts are well-formed UTF-8, and so is what is given.
class Inventions {
public:
    /// 测甲, 测甲乙, 测试甲乙 …; Latin letters become X.
    std::string name(const std::string& text);
    /// A mobile number 1990000NNNN, whatever stands around and between its digits; of another number the digits alone.
    std::string phone(const std::string& text);
    /// Eighteen characters: 99999919000101NNN and its check digit; else every digit 1.
    std::string idNumber(const std::string& text);
    /// Every wide character 某, digit 1, letter x. Punctuation and white space stay.
    std::string text(const std::string& text) const;
    /// Telephone and id numbers within a text that stays.
    std::string withoutNumbersOfPersons(const std::string& text);

    /// Whether digits are an invented mobile or id number.
    static bool isInvented(std::string_view digits);

private:
    /// The how-manieth of its sort, from 1.
    unsigned numberOf(char sort, const std::string& text);

    std::map<std::pair<char, std::string>, unsigned> known_;
    std::map<char, unsigned> used_;
};

/// Eleven digits that are a mobile number, or eighteen characters that are a resident's id number.
bool isNumberOfPerson(std::string_view run);

}  // namespace yht::kit
