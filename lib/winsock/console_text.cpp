// SPDX-License-Identifier: MIT
//
// wprintf and its kin with Microsoft's meanings. One conversion at a time: libc formats the numbers.
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

// The header gives names of libc another meaning, which this file does not want.
extern "C" {
int berth_wprintf(const wchar_t* format, ...);
int berth_fwprintf(FILE* stream, const wchar_t* format, ...);
int berth_vwprintf(const wchar_t* format, va_list arguments);
int berth_vfwprintf(FILE* stream, const wchar_t* format, va_list arguments);
int berth_putws(const wchar_t* text);
int berth_fputws(const wchar_t* text, FILE* stream);
int berth_wtoi(const wchar_t* text);
long long berth_wtoi64(const wchar_t* text);
}

namespace berth::winsock {
namespace {

enum class Size : std::uint8_t { Usual, Narrow, Byte, Wide, Bits32, Bits64, Pointer };

struct Conversion {
  std::string flags;
  std::optional<int> width;
  std::optional<int> precision;
  Size size = Size::Usual;
  wchar_t letter = L'\0';
};

// -- characters -----------------------------------------------------------------------------------

void append_utf8(std::string& out, char32_t character) {
  if (character > 0x10ffff || (character >= 0xd800 && character < 0xe000)) character = 0xfffd;
  if (character < 0x80) {
    out += static_cast<char>(character);
    return;
  }
  const int more = character < 0x800 ? 1 : character < 0x10000 ? 2 : 3;
  constexpr char32_t kLead[] = {0, 0xc0, 0xe0, 0xf0};
  out += static_cast<char>(kLead[more] | character >> (6 * more));
  for (int at = more - 1; at >= 0; --at) out += static_cast<char>(0x80U | ((character >> (6 * at)) & 0x3fU));
}

std::string utf8_of(std::wstring_view text) {
  std::string out;
  for (const wchar_t character : text) append_utf8(out, static_cast<char32_t>(character));
  return out;
}

template <class Char>
std::basic_string_view<Char> text_at(const Char* text, const Char* missing, std::optional<int> precision) {
  if (text == nullptr) text = missing;
  std::size_t length = 0;
  const auto most =
      precision ? static_cast<std::size_t>(*precision) : std::numeric_limits<std::size_t>::max();
  while (length < most && text[length] != Char{}) ++length;
  return {text, length};
}

// `characters` is how many of them a reader sees.
std::string padded(const Conversion& conversion, std::string text, std::size_t characters) {
  const auto width = static_cast<std::size_t>(conversion.width.value_or(0));
  if (width <= characters) return text;
  const bool is_left = conversion.flags.find('-') != std::string::npos;
  const std::string spaces(width - characters, ' ');
  return is_left ? text + spaces : spaces + text;
}

// -- reading a conversion -------------------------------------------------------------------------

// What va_list is an array for cannot be passed on by reference as itself.
struct VariableArguments {
  va_list list;
};

std::optional<int> read_number(const wchar_t*& at, VariableArguments& arguments) {
  if (*at == L'*') {
    ++at;
    return va_arg(arguments.list, int);
  }
  std::optional<int> number;
  for (; *at >= L'0' && *at <= L'9'; ++at) {
    const int so_far = number.value_or(0);
    number = so_far > 100'000 ? so_far : so_far * 10 + static_cast<int>(*at - L'0');
  }
  return number;
}

bool takes(const wchar_t*& at, std::wstring_view prefix) {
  for (std::size_t i = 0; i < prefix.size(); ++i)
    if (at[i] != prefix[i]) return false;
  at += prefix.size();
  return true;
}

Size read_size(const wchar_t*& at) {
  if (takes(at, L"I64") || takes(at, L"ll") || takes(at, L"j")) return Size::Bits64;
  if (takes(at, L"I32")) return Size::Bits32;
  if (takes(at, L"I") || takes(at, L"z") || takes(at, L"t")) return Size::Pointer;
  if (takes(at, L"hh")) return Size::Byte;
  if (takes(at, L"h")) return Size::Narrow;
  if (takes(at, L"l") || takes(at, L"w")) return Size::Wide;
  takes(at, L"L");
  return Size::Usual;
}

Conversion read_conversion(const wchar_t*& at, VariableArguments& arguments) {
  Conversion conversion;
  for (; std::wstring_view(L"-+ #0").find(*at) != std::wstring_view::npos && *at != L'\0'; ++at)
    conversion.flags += static_cast<char>(*at);
  conversion.width = read_number(at, arguments);
  if (conversion.width && *conversion.width < 0) {
    conversion.flags += '-';
    conversion.width = -*conversion.width;
  }
  if (takes(at, L".")) {
    conversion.precision = read_number(at, arguments);
    if (!conversion.precision) conversion.precision = 0;
    if (*conversion.precision < 0) conversion.precision.reset();
  }
  conversion.size = read_size(at);
  conversion.letter = *at;
  if (*at != L'\0') ++at;
  return conversion;
}

// -- writing one ----------------------------------------------------------------------------------

bool is_narrow(const Conversion& conversion) {
  const bool is_capital = conversion.letter == L'S' || conversion.letter == L'C';
  return conversion.size == Size::Narrow || (is_capital && conversion.size != Size::Wide);
}

std::string text_of(const Conversion& conversion, VariableArguments& arguments) {
  if (is_narrow(conversion)) {
    const auto text = text_at(va_arg(arguments.list, const char*), "(null)", conversion.precision);
    return padded(conversion, std::string(text), text.size());
  }
  const auto text = text_at(va_arg(arguments.list, const wchar_t*), L"(null)", conversion.precision);
  return padded(conversion, utf8_of(text), text.size());
}

std::string character_of(const Conversion& conversion, VariableArguments& arguments) {
  const int character = va_arg(arguments.list, int);
  if (is_narrow(conversion)) return padded(conversion, {static_cast<char>(character)}, 1);
  std::string text;
  append_utf8(text, static_cast<char32_t>(character));
  return padded(conversion, text, 1);
}

template <class Number>
std::string number_text(const Conversion& conversion, const char* size, Number number) {
  std::string format = "%" + conversion.flags;
  if (conversion.width) format += std::to_string(*conversion.width);
  if (conversion.precision) format += "." + std::to_string(*conversion.precision);
  format += size;
  format += static_cast<char>(conversion.letter);
  // The format was made here, for this type.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  const int length = std::snprintf(nullptr, 0, format.c_str(), number);
  std::string text(static_cast<std::size_t>(length < 0 ? 0 : length) + 1, '\0');
  std::snprintf(text.data(), text.size(), format.c_str(), number);
#pragma GCC diagnostic pop
  text.pop_back();
  return text;
}

std::string integer_of(const Conversion& conversion, VariableArguments& arguments) {
  switch (conversion.size) {
    case Size::Bits64:
    case Size::Pointer: return number_text(conversion, "ll", va_arg(arguments.list, long long));
    case Size::Narrow: return number_text(conversion, "h", va_arg(arguments.list, int));
    case Size::Byte: return number_text(conversion, "hh", va_arg(arguments.list, int));
    default: return number_text(conversion, "", va_arg(arguments.list, int));
  }
}

// As Windows writes it: all the digits, in capitals.
std::string pointer_of(Conversion conversion, VariableArguments& arguments) {
  conversion.letter = L'X';
  conversion.precision = static_cast<int>(2 * sizeof(void*));
  const auto pointer = reinterpret_cast<std::uintptr_t>(va_arg(arguments.list, void*));
  return number_text(conversion, "ll", static_cast<unsigned long long>(pointer));
}

// Nothing when the conversion does not exist.
std::optional<std::string> converted(const Conversion& conversion, VariableArguments& arguments) {
  if (conversion.letter == L'%') return "%";
  if (conversion.letter == L's' || conversion.letter == L'S') return text_of(conversion, arguments);
  if (conversion.letter == L'c' || conversion.letter == L'C') return character_of(conversion, arguments);
  if (conversion.letter == L'p') return pointer_of(conversion, arguments);
  if (std::wstring_view(L"diouxX").find(conversion.letter) != std::wstring_view::npos)
    return integer_of(conversion, arguments);
  if (std::wstring_view(L"aAeEfFgG").find(conversion.letter) != std::wstring_view::npos)
    return number_text(conversion, "", va_arg(arguments.list, double));
  return std::nullopt;
}

std::optional<std::string> formatted(const wchar_t* at, VariableArguments& arguments) {
  std::string out;
  while (*at != L'\0') {
    if (*at != L'%') {
      append_utf8(out, static_cast<char32_t>(*at++));
      continue;
    }
    ++at;
    const auto text = converted(read_conversion(at, arguments), arguments);
    if (!text) return std::nullopt;
    out += *text;
  }
  return out;
}

int characters_in(std::string_view utf8) {
  int count = 0;
  for (const char byte : utf8) count += (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U ? 0 : 1;
  return count;
}

int put(FILE* stream, std::string_view text) {
  return std::fwrite(text.data(), 1, text.size(), stream) == text.size() ? characters_in(text) : -1;
}

int print(FILE* stream, const wchar_t* format, VariableArguments& arguments) {
  const auto text = format == nullptr ? std::nullopt : formatted(format, arguments);
  return text ? put(stream, *text) : -1;
}

bool is_space(wchar_t character) { return character == L' ' || (character >= L'\t' && character <= L'\r'); }

// The number at the beginning, no further than the limits.
long long read_integer(const wchar_t* text, long long least, long long most) {
  while (is_space(*text)) ++text;
  const bool is_negative = *text == L'-';
  if (is_negative || *text == L'+') ++text;
  long long number = 0;
  for (; *text >= L'0' && *text <= L'9'; ++text) {
    const auto digit = static_cast<long long>(*text - L'0');
    if (is_negative) {
      if (number < (least + digit) / 10) return least;
      number = number * 10 - digit;
    } else {
      if (number > (most - digit) / 10) return most;
      number = number * 10 + digit;
    }
  }
  return number;
}

}  // namespace
}  // namespace berth::winsock

int berth_vfwprintf(FILE* stream, const wchar_t* format, va_list arguments) {
  berth::winsock::VariableArguments copy{};
  va_copy(copy.list, arguments);
  const int written = berth::winsock::print(stream, format, copy);
  va_end(copy.list);
  return written;
}

int berth_vwprintf(const wchar_t* format, va_list arguments) {
  return berth_vfwprintf(stdout, format, arguments);
}

int berth_fwprintf(FILE* stream, const wchar_t* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int written = berth_vfwprintf(stream, format, arguments);
  va_end(arguments);
  return written;
}

int berth_wprintf(const wchar_t* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int written = berth_vfwprintf(stdout, format, arguments);
  va_end(arguments);
  return written;
}

int berth_fputws(const wchar_t* text, FILE* stream) {
  return berth::winsock::put(stream, berth::winsock::utf8_of(text));
}

int berth_putws(const wchar_t* text) {
  return berth::winsock::put(stdout, berth::winsock::utf8_of(text) + "\n");
}

int berth_wtoi(const wchar_t* text) {
  return static_cast<int>(
      berth::winsock::read_integer(text, std::numeric_limits<int>::min(), std::numeric_limits<int>::max()));
}

long long berth_wtoi64(const wchar_t* text) {
  return berth::winsock::read_integer(text, std::numeric_limits<long long>::min(),
                                      std::numeric_limits<long long>::max());
}
