# SPDX-License-Identifier: MIT
# Every installed header compiles on its own, twice in one file, with a foreign project's warnings as errors.

get_target_property(include_folders berth::winsock INTERFACE_INCLUDE_DIRECTORIES)
set(strict -Wall -Wextra -Wpedantic -Werror)

# berth_check_headers(<target> <C or CXX> <standard> <extensions> <folder> <header>...)
function(berth_check_headers target language standard extensions)
  set(sources)
  foreach(header IN LISTS ARGN)
    string(MAKE_C_IDENTIFIER ${header} name)
    set(suffix cpp)
    if(language STREQUAL C)
      set(suffix c)
    endif()
    set(source ${CMAKE_CURRENT_BINARY_DIR}/headers/${target}/${name}.${suffix})
    file(WRITE ${source} "#include <${header}>\n#include <${header}>\nint ${target}_${name};\n")
    list(APPEND sources ${source})
  endforeach()
  if(NOT sources)
    return()
  endif()
  add_library(${target} OBJECT ${sources})
  set_target_properties(
    ${target}
    PROPERTIES ${language}_STANDARD ${standard}
               ${language}_STANDARD_REQUIRED ON
               ${language}_EXTENSIONS ${extensions}
               NO_SYSTEM_FROM_IMPORTED ON)
  target_compile_options(${target} PRIVATE ${strict})
  target_link_libraries(${target} PRIVATE berth::winsock)
endfunction()

set(own)
set(drop_in)
foreach(folder IN LISTS include_folders)
  if(folder MATCHES "berth-dropin$")
    file(GLOB drop_in RELATIVE ${folder} ${folder}/*.h)
  else()
    file(GLOB_RECURSE own RELATIVE ${folder} ${folder}/berth/*.h)
  endif()
endforeach()
if(NOT WINSOCK)
  set(drop_in)
endif()
# The test kit needs GoogleTest, which this project does not have.
list(FILTER own EXCLUDE REGEX "^berth/testing")

berth_check_headers(headers_cxx20 CXX 20 OFF ${own} ${drop_in})
berth_check_headers(headers_cxx17 CXX 17 OFF ${drop_in})
berth_check_headers(headers_gnucxx17 CXX 17 ON ${drop_in})
berth_check_headers(headers_c11 C 11 OFF ${drop_in})
berth_check_headers(headers_gnu11 C 11 ON ${drop_in})
